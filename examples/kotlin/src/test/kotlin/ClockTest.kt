package mdinference

import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.TestFactory

class ClockTest {
    @TestFactory
    fun exchanges() = testsOf(vectors("clock")["exchanges"]) {
        val (sent, received, sentBack) = listOf("sentMs", "receivedEpochMs", "epochMs").map(it::number)
        val given = estimateOf(sent, received, sentBack, it.number("arrivedMs"))
        assertEquals(ClockEstimate(it.number("offsetMs"), it.number("errorMs")), given)
    }

    @TestFactory
    fun sequences() = testsOf(vectors("clock")["sequences"]) { sequence ->
        var now = Instant(0.0, 0.0)
        val clock = ServerClock(sequence.number("maxErrorMs"), sequence.number("tickMs")) { now }
        for (step in sequence["steps"].list) {
            step["exchanges"].orNull?.let { exchanges ->
                val left = ArrayDeque(exchanges.list)
                runTest {
                    runCatching { clock.synchronize(left.size) { exchangeOf(left.removeFirst()) } }
                }
                continue
            }
            val reading = step["reading"]
            now = Instant(reading.number("nowMs"), reading.number("wallMs"))
            assertEquals(reading["isUsable"].isTrue, clock.usable() != null)
            assertClose(reading["epochMs"], clock.epochMs())
            val expected = reading["estimate"].orNull
            val given = clock.estimate()
            if (expected == null || given == null) {
                assertNull(expected)
                assertNull(given)
            } else {
                assertClose(expected["offsetMs"], given.offsetMs)
                assertClose(expected["errorMs"], given.errorMs)
            }
        }
    }

    private fun exchangeOf(json: Node): Exchange {
        if (json["fails"].orNull != null) throw IllegalStateException("offline")
        if ((json["ageS"].orNull?.int ?: 0) > 0) throw WrongTimeException()
        return Exchange(
            Instant(json.number("sentMs"), json.number("sentWallMs")),
            json.number("receivedEpochMs"),
            json.number("epochMs"),
            Instant(json.number("arrivedMs"), json.number("arrivedWallMs")),
        )
    }
}
