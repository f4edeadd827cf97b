package mdinference

import kotlin.math.abs
import kotlin.math.ceil
import kotlin.math.exp
import kotlin.math.ln
import kotlin.math.log2
import kotlin.math.max
import kotlin.math.sqrt

/** One of the values of an uncertain time; the weights of all of them add up to 1. */
data class Weighted(val ms: Double, val weight: Double)

private const val FIRST_WINDOW_BYTES = 14_600
private const val RESTART_MS = 1_000
private const val LEAST_WEIGHT = 0.02
private val NORMAL_QUANTILES = listOf(-1.4652, -0.7916, -0.3661, 0.0, 0.3661, 0.7916, 1.4652)

/** How long uploads will take, learned from those that there have been: docs/protocol.md, "The uplink". */
class Uplink {
    private class Explanation(val startsSlowly: Boolean) {
        private var logRate: Double? = null
        private var variance = 0.25
        private val spread get() = sqrt(variance) + 0.02
        var fit = 0.0
            private set

        fun learn(bytes: Double, ms: Double, waitMs: Double) {
            val seen = ln(bytes / max(1.0, ms - waitMs))
            val error = seen - (logRate ?: return run { logRate = seen })
            fit = 0.95 * fit - ln(spread) - error * error / (2 * spread * spread) -
                ln(max(1.0, abs(ms - waitMs)) / max(1.0, ms))
            variance = 0.7 * (variance + 0.3 * error * error)
            logRate = seen - 0.7 * error
        }

        fun timesMs(bytes: Double, waitMs: Double) =
            NORMAL_QUANTILES.map { waitMs + bytes / exp(checkNotNull(logRate) - it * spread) }
    }

    private val explanations = listOf(Explanation(false), Explanation(true))
    private var endMs = Double.NEGATIVE_INFINITY

    /** What a packet takes one way. */
    @get:Synchronized
    @set:Synchronized
    var delayMs = 20.0

    /** Learns from an upload that began at [startMs] on the monotonic clock; [inputMs] is its T_input. */
    @Synchronized
    fun observe(startMs: Double, bytes: Double, inputMs: Double) {
        if (!(startMs + bytes + inputMs).isFinite() || bytes <= 0 || inputMs < 0) return
        explanations.forEach { it.learn(bytes, inputMs, waitMs(it, bytes, startMs)) }
        endMs = max(endMs, startMs + inputMs)
    }

    /** T_input of an upload that begins at [startMs]; empty when nothing is known. */
    @Synchronized
    fun inputTimes(bytes: Double, startMs: Double): List<Weighted> {
        if (endMs == Double.NEGATIVE_INFINITY) return emptyList()
        val best = explanations.maxOf { it.fit }
        val weights = explanations.map { max(LEAST_WEIGHT, exp(it.fit - best)) }
        return explanations.zip(weights).flatMap { (explanation, weight) ->
            val times = explanation.timesMs(bytes, waitMs(explanation, bytes, startMs))
            times.map { Weighted(it, weight / weights.sum() / times.size) }
        }
    }

    private fun waitMs(explanation: Explanation, bytes: Double, startMs: Double): Double {
        val isPaused = startMs - endMs > RESTART_MS
        if (!explanation.startsSlowly || !isPaused) return delayMs
        val roundTrips = ceil(log2(bytes / FIRST_WINDOW_BYTES + 1)) - 1
        return delayMs * (1 + 2 * max(0.0, roundTrips))
    }
}
