package mdinference

import kotlin.math.abs
import kotlin.math.exp
import kotlin.math.min

/** Whether a model outputs probabilities, judged by one output; logits otherwise. */
fun areProbabilities(output: List<Double>): Boolean {
    val tolerance = min(0.1, 0.001 + output.size / 510.0)
    return output.all { it >= 0 } && abs(output.sum() - 1) < tolerance
}

/** The five best labels of a model's output, best first; ties go to the lower index. */
fun topPredictions(
    output: List<Double>,
    labels: List<String>,
    isProbability: Boolean,
): List<Prediction> {
    require(output.all { it.isFinite() }) { "the model answered with NaN or an infinity" }
    val largest = output.max()
    val total = output.sumOf { exp(it - largest) }
    return output.withIndex().sortedByDescending { it.value }.take(5).map { (index, value) ->
        val score = if (isProbability) value.coerceIn(0.0, 1.0) else exp(value - largest) / total
        Prediction(index, labels[index], score)
    }
}
