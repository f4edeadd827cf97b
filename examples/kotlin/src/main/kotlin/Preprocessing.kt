package mdinference

import kotlin.math.floor
import kotlin.math.max
import kotlin.math.round

/** RGB pixels, row by row. */
class Pixels(val width: Int, val height: Int, val data: IntArray)

/** How pixels become a model's input, as the catalogue says it. */
class Preprocessing(
    val isBgr: Boolean = false,
    val isPlanar: Boolean = false,
    val isUint8: Boolean = true,
    val scale: Double = 1.0,
    val mean: List<Double> = listOf(0.0, 0.0, 0.0),
    val std: List<Double> = listOf(1.0, 1.0, 1.0),
)

/** A model's input; the values of uint8 are whole numbers of 0 to 255. */
fun tensorOf(pixels: Pixels, how: Preprocessing): FloatArray {
    val count = pixels.width * pixels.height
    val tensor = FloatArray(3 * count)
    for (channel in 0..2) {
        val source = if (how.isBgr) 2 - channel else channel
        for (i in 0 until count) {
            val pixel = pixels.data[3 * i + source]
            val value = (pixel * how.scale - how.mean[channel]) / how.std[channel]
            val at = if (how.isPlanar) channel * count + i else 3 * i + channel
            // round: halves go to the even number.
            tensor[at] = (if (how.isUint8) round(value).coerceIn(0.0, 255.0) else value).toFloat()
        }
    }
    return tensor
}

/** The size that an image is scaled to, and the corner of what is cut out of it. */
data class Crop(val scaledWidth: Int, val scaledHeight: Int, val x: Int, val y: Int)

/** What a model of [width] x [height] sees of an image. */
fun cropOf(
    imageWidth: Int,
    imageHeight: Int,
    width: Int,
    height: Int,
    resizeShorterSide: Int = 0,
): Crop {
    val scale = max(
        max(width, resizeShorterSide).toDouble() / imageWidth,
        max(height, resizeShorterSide).toDouble() / imageHeight,
    )
    val scaledWidth = floor(imageWidth * scale + 0.5).toInt()
    val scaledHeight = floor(imageHeight * scale + 0.5).toInt()
    return Crop(scaledWidth, scaledHeight, (scaledWidth - width) / 2, (scaledHeight - height) / 2)
}
