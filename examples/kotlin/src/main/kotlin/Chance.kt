package mdinference

/** Labelled answers whose best score is at least [from], and how many of them were right. */
data class Bin(val from: Double, val count: Int, val right: Int)

/** The chance that an answer with this score is right, by the model's measured reliability. */
fun chanceOfBeingRight(reliability: List<Bin>, score: Double): Double {
    val pools = ArrayDeque<Bin>()
    for ((from, count, right) in reliability) {
        var pool = Bin(from, count + 1, right)
        while (pools.isNotEmpty() && pools.last().share >= pool.share) {
            val last = pools.removeLast()
            pool = Bin(last.from, last.count + pool.count, last.right + pool.right)
        }
        pools.addLast(pool)
    }
    return pools.lastOrNull { it.from <= score }?.share ?: 0.0
}

private val Bin.share get() = right.toDouble() / count

/** A model as `GET /v1/models` tells of it. */
data class ServedModel(
    val name: String,
    val accuracyPct: Double,
    val meanMs: Double,
    val stdMs: Double,
    /** Share of the calls that meet a cold start, which is too late. */
    val coldShare: Double = 0.0,
    /** Whether the service asks it for answers at all: no `latencyOnly`, and no `breaker` that is open. */
    val isAsked: Boolean = true,
)

/** The accuracy in percent of the best model that could still answer; 0 when none could. */
fun bestAccuracyPct(models: List<ServedModel>, leftMs: Double, roundTripMs: Double): Double =
    models.filter { it.isAsked && it.meanMs <= leftMs - roundTripMs }
        .maxOfOrNull { it.accuracyPct } ?: 0.0
