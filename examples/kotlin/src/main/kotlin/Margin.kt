package mdinference

import kotlin.math.ceil
import kotlin.math.max
import kotlin.math.min

private const val REMEMBERED = 64

/** By how much an answer is handed over before the SLA ends: learned from how late timers were. */
class TimerMargin {
    private val latenessesMs = ArrayDeque<Double>()

    @Synchronized
    fun observe(latenessMs: Double) {
        latenessesMs.addLast(max(0.0, latenessMs))
        if (latenessesMs.size > REMEMBERED) latenessesMs.removeFirst()
    }

    @Synchronized
    fun of(slaMs: Double): Double {
        val usualMs = if (latenessesMs.size < 3) 5.0 else quantile(latenessesMs, 0.95) + 1
        return min(min(usualMs, 50.0), slaMs / 10)
    }
}

/** By nearest rank. */
private fun quantile(values: Collection<Double>, q: Double) =
    values.sorted()[ceil(q * values.size).toInt() - 1]
