package mdinference

import java.math.BigDecimal
import java.math.RoundingMode
import kotlin.math.ceil
import kotlin.math.max

/** What an answer of `POST /v1/infer` says about time. */
data class Timing(val inputMs: Double, val serverMs: Double, val source: String)

/** T_output: how long the last answer took back. */
class OutputTime {
    private class Observed(val outputMs: Double, val inputMs: Double, val offsetMs: Double)

    @Volatile
    private var last: Observed? = null

    /** @param totalMs from the start of the upload, which was told by [offsetMs], to the whole answer */
    fun observe(totalMs: Double, timing: Timing, offsetMs: Double) {
        if (timing.source != "client") return
        last = Observed(totalMs - timing.inputMs - timing.serverMs, timing.inputMs, offsetMs)
    }

    /** The error of the clock is in T_input and T_output with opposite signs: it is corrected with the clock. */
    fun headers(offsetMs: Double?): Map<String, String> {
        val last = last ?: return emptyMap()
        val correctionMs = if (offsetMs == null) 0.0 else offsetMs - last.offsetMs
        return mapOf(
            "mdi-output-ms" to decimal(max(0.0, last.outputMs + correctionMs)),
            "mdi-output-input-ms" to decimal(last.inputMs),
        )
    }
}

/** The headers of an upload that begins at [startMs] and whose SLA ends at [endMs] on the monotonic clock. */
fun inferHeaders(
    startMs: Double,
    endMs: Double,
    clock: ClockEstimate?,
    outputTime: OutputTime,
    deviceAccuracyPct: Double?,
): Map<String, String> = buildMap {
    put("mdi-sla-ms", ceil(endMs - startMs).coerceIn(1.0, 29_000.0).toInt().toString())
    if (clock != null) put("mdi-upload-start", decimal(startMs + clock.offsetMs))
    putAll(outputTime.headers(clock?.offsetMs))
    if (deviceAccuracyPct != null) put("mdi-device-accuracy", percent(deviceAccuracyPct))
}

/** Three decimals of a double, which has them at today's Unix times. */
private fun decimal(ms: Double) = BigDecimal(ms).setScale(3, RoundingMode.HALF_UP).toPlainString()

private fun percent(pct: Double): String {
    val rounded = BigDecimal(pct).setScale(2, RoundingMode.HALF_UP)
    return if (rounded.signum() == 0) "0" else rounded.stripTrailingZeros().toPlainString()
}
