package mdinference

import kotlin.math.PI
import kotlin.math.abs
import kotlin.math.exp
import kotlin.math.max
import kotlin.math.sqrt

/** A way to send this picture, and how many bytes it takes, as far as that is known. */
interface UploadOption {
    val rung: Rung
    val bytes: Double
}

/** A way to send pictures, as the service has measured it. */
data class Rung(
    val name: String,
    /** Of the view as a JPEG; null: the file as it is. */
    val quality: Int? = null,
    val meanBytes: Double = 0.0,
    val accuracyLossPct: Map<String, Double> = emptyMap(),
)

/** What decides how a picture is sent. */
class Situation(
    val models: List<ServedModel>,
    /** What is left of the SLA. */
    val leftMs: Double,
    val deviceAccuracyPct: Double,
    val outputTimes: List<Weighted>,
    /** T_input by what is sent. */
    val inputTimes: (UploadOption) -> List<Weighted>,
)

/** What is worth most, and the accuracy in percent that can be expected of the user's answer. */
fun <O : UploadOption> chooseUpload(options: List<O>, situation: Situation): Pair<O, Double> =
    // Of equals the first: the smallest.
    options.sortedBy { it.bytes }.map { it to situation.worthOf(it) }.maxBy { it.second }

private fun Situation.worthOf(option: UploadOption) =
    deviceAccuracyPct + inputTimes(option).sumOf { (inputMs, weight) ->
        // Once it has arrived, the service runs what is best for the time that is left.
        weight * (models.maxOfOrNull { gainOf(it, option.rung, leftMs - inputMs) } ?: 0.0)
    }

private fun Situation.gainOf(model: ServedModel, rung: Rung, leftMs: Double): Double {
    val accuracyPct = model.accuracyPct - (rung.accuracyLossPct[model.name] ?: 0.0)
    val morePct = max(0.0, accuracyPct.coerceIn(0.0, 100.0) - deviceAccuracyPct)
    return morePct * outputTimes.sumOf { (ms, weight) -> weight * model.chanceWithin(leftMs - ms) }
}

private fun ServedModel.chanceWithin(ms: Double) = when {
    ms <= 0 -> 0.0
    stdMs <= 0 -> if (ms >= meanMs) 1 - coldShare else 0.0
    else -> (1 - coldShare) * normalShareBelow((ms - meanMs) / stdMs)
}

/** Of the standard normal distribution, to 1e-5: Abramowitz and Stegun, 26.2.16. */
private fun normalShareBelow(z: Double): Double {
    val t = 1 / (1 + 0.33267 * abs(z))
    val above = exp(-z * z / 2) / sqrt(2 * PI) * t * (0.4361836 + t * (-0.1201676 + t * 0.937298))
    return if (z > 0) 1 - above else above
}
