package mdinference

import kotlin.math.abs
import kotlin.math.exp
import kotlin.math.min

/** Whether a model outputs probabilities, judged by one output; logits otherwise. */
fun areProbabilities(output: List<Double>): Boolean {
    val tolerance = min(0.1, 0.001 + output.size / 510.0)
    return output.all { it >= 0 } && abs(output.sum() - 1) < tolerance
}

/** A model's output without the class that is none of the labels; what is left of probabilities adds up to 1. */
fun withoutBackground(output: List<Double>, isFirst: Boolean, areProbabilities: Boolean): List<Double> {
    val background = if (isFirst) output.first() else output.last()
    val scores = if (isFirst) output.drop(1) else output.dropLast(1)
    return if (areProbabilities && background < 1) scores.map { it / (1 - background) } else scores
}

/** The five best labels of a model's output, best first; ties go to the lower index. */
fun topPredictions(
    output: List<Double>,
    labels: List<String>,
    areScores: Boolean,
): List<Prediction> {
    require(output.all { it.isFinite() }) { "the model answered with NaN or an infinity" }
    val largest = output.max()
    val total = output.sumOf { exp(it - largest) }
    return output.withIndex().sortedByDescending { it.value }.take(5).map { (index, value) ->
        val score = if (areScores) value.coerceIn(0.0, 1.0) else exp(value - largest) / total
        Prediction(index, labels[index], score)
    }
}
