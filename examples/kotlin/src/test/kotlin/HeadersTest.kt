package mdinference

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.TestFactory

class HeadersTest {
    @TestFactory
    fun headers() = testsOf(vectors("headers")["cases"]) { case ->
        val outputTime = OutputTime()
        for (answer in case["answers"].list) {
            val timing =
                Timing(answer.number("inputMs"), answer.number("serverMs"), answer["source"].text)
            outputTime.observe(answer.number("totalMs"), timing, answer.number("offsetMs"))
        }
        val usable = case["clock"].orNull
            ?.let { ClockEstimate(it.number("offsetMs"), it.number("errorMs")) }
            ?.takeIf { it.errorMs <= case.number("maxErrorMs") }
        val given = inferHeaders(
            case.number("uploadStartMs"),
            case.number("slaEndsMs"),
            usable,
            outputTime,
            case["deviceAccuracyPct"].orNull?.number,
        )
        assertEquals(case["headers"].texts, given)
    }
}
