package mdinference

import java.time.ZonedDateTime
import java.time.format.DateTimeFormatter
import java.time.format.DateTimeParseException
import kotlin.math.max
import kotlin.math.min
import kotlin.math.pow

/** `Retry-After` in ms: seconds, or a date. Null: it says nothing. */
fun retryAfterMs(header: String?, epochMs: Double): Double? = when {
    header == null -> null
    header.matches(Regex("[0-9]+")) -> 1_000 * header.toDouble()
    else -> try {
        val date = ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME)
        max(0.0, date.toInstant().toEpochMilli() - epochMs)
    } catch (_: DateTimeParseException) {
        null
    }
}

/** Leaves a service alone that has too much to do: for longer, the more often in a row. */
class Pause {
    private var failures = 0
    private var untilMs = Double.NEGATIVE_INFINITY

    @Synchronized
    fun leftMs(nowMs: Double) = max(0.0, untilMs - nowMs)

    /** @return how long the service is left alone, in ms; 0: not at all */
    @Synchronized
    fun answered(status: Int, retryAfterMs: Double?, nowMs: Double): Double {
        if (status in 200..299 && leftMs(nowMs) == 0.0) failures = 0
        if (status != 429 && (status != 503 || retryAfterMs == null)) return 0.0
        val pauseMs = retryAfterMs ?: min(60_000.0, 1_000 * 2.0.pow(failures))
        failures++
        untilMs = nowMs + pauseMs
        return pauseMs
    }
}
