package mdinference

import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory

@OptIn(ExperimentalCoroutinesApi::class)
class RaceTest {
    @TestFactory
    fun verdicts() = vectors("verdict").let { file ->
        testsOf(file["standings"]) { standing ->
            val given = file["situations"].list.map {
                verdict(
                    Standing(
                        stateOf(standing["cloud"]),
                        standing["device"].orNull?.let(::stateOf),
                        it["isDue"].isTrue,
                        it["isOver"].isTrue,
                        it["deviceIsBetter"].isTrue,
                    ),
                )
            }
            assertEquals(standing["verdicts"].text, given.joinToString(" ") { it.name.lowercase() })
        }
    }

    @TestFactory
    fun races() = testsOf(vectors("race")["races"]) { case ->
        runTest {
            val cloud = case["cloud"].orNull?.let {
                CloudRun(it.number("waitMs"), { _ -> it["isNeeded"].isTrue }) { run(it) }
            }
            val device = case["device"].orNull?.let {
                val startAfterMs = it["startAfterMs"].orNull?.number ?: Double.POSITIVE_INFINITY
                DeviceRun(it.number("accuracyPct"), startAfterMs) { run(it) }
            }
            val (slaMs, marginMs, lateMs) = listOf("slaMs", "marginMs", "lateMs").map(case::number)
            val limits = Limits(slaMs, marginMs, case["atDeadline"].text == "fail", lateMs)
            val race = Race(limits, cloud, device, backgroundScope, { currentTime.toDouble() })
            val outcome = runCatching { race.run() }.getOrNull()
            val given = listOf(
                outcome?.source?.name?.lowercase(),
                outcome?.inTime ?: false,
                outcome?.elapsedMs ?: currentTime.toDouble(),
                race.uploadStartMs,
                race.deviceStartMs,
            )
            val expected = case["expected"]
            assertEquals(
                listOf(
                    expected["source"].orNull?.text,
                    expected["inTime"].isTrue,
                    expected.number("atMs"),
                    expected["uploadStartMs"].orNull?.number,
                    expected["deviceStartMs"].orNull?.number,
                ),
                given,
            )
        }
    }

    @Test
    fun `counts from the app's call, however late its timers are set`() = runTest {
        val cloud = CloudRun { awaitCancellation() }
        val device = DeviceRun(50.0) { Answer("a model", 50.0, emptyList()) }
        val nowMs = { currentTime.toDouble() }
        val race = Race(Limits(250.0, 5.0), cloud, device, backgroundScope, nowMs, startedMs = -40.0)
        assertEquals(245.0, race.run().elapsedMs)
    }

    @TestFactory
    fun margins() = testsOf(vectors("estimates")["margins"]) { case ->
        val margin = TimerMargin()
        case["latenessesMs"].list.forEach { margin.observe(it.number) }
        assertClose(case["marginMs"], margin.of(case.number("slaMs")))
    }

    private suspend fun run(runner: Node): Answer {
        val takesMs = runner["takesMs"].orNull?.number ?: awaitCancellation()
        delay(takesMs.milliseconds)
        check(!runner["fails"].isTrue)
        return Answer("a model", runner.number("accuracyPct"), emptyList())
    }

    private fun stateOf(state: Node) = RunState.valueOf(state.text.uppercase())
}
