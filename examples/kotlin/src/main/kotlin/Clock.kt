package mdinference

import kotlin.math.abs
import kotlin.math.max

/** Where a device's two clocks stand, in ms. */
data class Instant(
    /** Nobody sets it. */
    val nowMs: Double,
    /** Unix time, as the device believes. */
    val wallMs: Double,
)

/** The clocks of the JVM. On Android take `SystemClock.elapsedRealtimeNanos()`, which goes on during sleep. */
fun systemInstant() = Instant(System.nanoTime() / 1e6, System.currentTimeMillis().toDouble())

/** The server's clock as seen from the client. */
data class ClockEstimate(
    /** The server's Unix time less the client's monotonic clock. */
    val offsetMs: Double,
    /** The offset is wrong by no more than this. */
    val errorMs: Double,
)

/** One `GET /v1/time`. */
data class Exchange(
    val sent: Instant,
    val receivedEpochMs: Double,
    val epochMs: Double,
    val arrived: Instant,
)

/** The answer is no time, or one that came out of a cache. */
class WrongTimeException(message: String = "GET /v1/time is answered by a cache") : Exception(message)

private const val DRIFT = 50e-6
private const val SAME_TIME_MS = 2

fun estimateOf(sentMs: Double, receivedEpochMs: Double, epochMs: Double, arrivedMs: Double) =
    ClockEstimate(
        offsetMs = ((receivedEpochMs - sentMs) + (epochMs - arrivedMs)) / 2,
        errorMs = abs((arrivedMs - sentMs) - (epochMs - receivedEpochMs)) / 2,
    )

/** How far the two clocks of a device have drifted apart, beyond what a wall clock of whole ms explains. */
private fun partedMs(from: Instant, to: Instant) =
    max(0.0, abs((to.wallMs - from.wallMs) - (to.nowMs - from.nowMs)) - 1)

/** The server's clock, against the client's monotonic one. */
class ServerClock(
    private val maxErrorMs: Double = 250.0,
    private val tickMs: Double = 0.0,
    private val now: () -> Instant = ::systemInstant,
) {
    private class Best(val estimate: ClockEstimate, val at: Instant)

    private var best: Best? = null

    /** The server's time that was told last, and when the exchange began that was told it first. */
    private class Told(val epochMs: Double, val firstMs: Double)

    private var told: Told? = null

    /** What is known, its bound grown with its age. */
    @Synchronized
    fun estimate(): ClockEstimate? = best?.let { it.estimate.grown(it.at, now()) }

    /** What is known, if it is good enough to send the server a time. */
    fun usable(): ClockEstimate? = estimate()?.takeIf { it.errorMs <= maxErrorMs }

    /** The server's Unix time: the best that is known, else the device's own. */
    @Synchronized
    fun epochMs(): Double {
        val now = now()
        val best = best ?: return now.wallMs
        val (offsetMs) = best.estimate
        if (partedMs(best.at, now) < 1_000) return now.nowMs + offsetMs
        // The device has slept: its wall clock is as wrong as it was, and has not stood still.
        return now.wallMs + best.at.nowMs + offsetMs - best.at.wallMs
    }

    /** Keeps the best of several exchanges; those before one that fails count, unless it was told a wrong time. */
    suspend fun synchronize(exchanges: Int = 5, exchange: suspend () -> Exchange) {
        val before = best
        try {
            repeat(exchanges) { take(exchange()) }
        } catch (error: WrongTimeException) {
            best = before
            throw error
        }
    }

    @Synchronized
    private fun take(exchange: Exchange) {
        val (sent, receivedEpochMs, epochMs, arrived) = exchange
        checkFresh(sent.nowMs, receivedEpochMs)
        val sample = estimateOf(sent.nowMs, receivedEpochMs, epochMs, arrived.nowMs)
        val doubtMs = DRIFT * (arrived.nowMs - sent.nowMs) + tickMs + partedMs(sent, arrived)
        val new = sample.copy(errorMs = sample.errorMs + doubtMs)
        val known = best?.let { it.estimate.grown(it.at, arrived) }
        // Where the two cannot both be right, one of the clocks has been set: only the newer counts.
        val agree = known != null && abs(known.offsetMs - new.offsetMs) <= known.errorMs + new.errorMs
        if (!agree || new.errorMs < known.errorMs) best = Best(new, arrived)
    }

    private fun checkFresh(sentMs: Double, receivedEpochMs: Double) {
        val firstMs = told?.takeIf { it.epochMs == receivedEpochMs }?.firstMs ?: sentMs
        told = Told(receivedEpochMs, firstMs)
        if (sentMs - firstMs > SAME_TIME_MS + tickMs) throw WrongTimeException()
    }

    private fun ClockEstimate.grown(from: Instant, to: Instant) =
        copy(errorMs = errorMs + DRIFT * (to.nowMs - from.nowMs) + partedMs(from, to))
}
