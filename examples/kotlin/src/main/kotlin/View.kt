package mdinference

import java.awt.Image
import java.awt.image.BufferedImage
import java.io.ByteArrayInputStream
import java.io.ByteArrayOutputStream
import java.io.IOException
import java.nio.ByteBuffer
import java.nio.ByteOrder
import javax.imageio.IIOImage
import javax.imageio.ImageIO
import javax.imageio.ImageWriteParam
import javax.imageio.stream.MemoryCacheImageInputStream
import javax.imageio.stream.MemoryCacheImageOutputStream
import kotlin.math.max
import kotlin.math.min

/** The pixels of a picture that the service's models look at, as `GET /v1/models` tells. */
data class View(val width: Int, val height: Int, val resizeShorterSide: Int = 0) {
    /** As `mdi-view` says it. */
    val size get() = "${width}x$height"
}

/** The view of a file, upright and over black. */
fun viewOf(file: ByteArray, view: View): BufferedImage {
    val stored = read(file, 4 * maxOf(view.width, view.height, view.resizeShorterSide))
    val turn = Turn(orientationOf(file))
    val (width, height) = turn.sides(stored.width, stored.height)
    val crop = cropOf(width, height, view.width, view.height, view.resizeShorterSide)
    val (scaledWidth, scaledHeight) = turn.sides(crop.scaledWidth, crop.scaledHeight)
    val scaled = BufferedImage(scaledWidth, scaledHeight, BufferedImage.TYPE_INT_RGB)
    // Bilinear, as Graphics2D scales by itself, looks at four pixels only, and costs accuracy.
    val averaged = stored.getScaledInstance(scaledWidth, scaledHeight, Image.SCALE_AREA_AVERAGING)
    scaled.createGraphics().drawImage(averaged, 0, 0, null)
    val cut = BufferedImage(view.width, view.height, BufferedImage.TYPE_INT_RGB)
    for (y in 0 until view.height) for (x in 0 until view.width) {
        val (column, row) = turn.stored(x + crop.x, y + crop.y, scaledWidth, scaledHeight)
        cut.setRGB(x, y, scaled.getRGB(column, row))
    }
    return cut
}

/** A large picture is read with about [enough] pixels in the shorter side, in a fraction of the time. */
private fun read(file: ByteArray, enough: Int): BufferedImage {
    val input = MemoryCacheImageInputStream(ByteArrayInputStream(file))
    val readers = ImageIO.getImageReaders(input)
    if (!readers.hasNext()) throw IOException("the picture cannot be decoded")
    val reader = readers.next()
    reader.input = input
    val step = max(1, min(reader.getWidth(0), reader.getHeight(0)) / enough)
    val how = reader.defaultReadParam
    how.setSourceSubsampling(step, step, step / 2, step / 2)
    return reader.read(0, how).also { reader.dispose() }
}

/** @param quality 1 to 100, as libjpeg counts it; the chroma is always 4:2:0 */
fun jpegOf(image: BufferedImage, quality: Int): ByteArray {
    val bytes = ByteArrayOutputStream()
    val writer = ImageIO.getImageWritersByFormatName("jpeg").next()
    val how = writer.defaultWriteParam
    how.compressionMode = ImageWriteParam.MODE_EXPLICIT
    how.compressionQuality = quality / 100f
    MemoryCacheImageOutputStream(bytes).use {
        writer.output = it
        writer.write(null, IIOImage(image, null, null), how)
    }
    writer.dispose()
    return bytes.toByteArray()
}

/** Where the pixels of a picture with this EXIF orientation are stored. */
class Turn(private val orientation: Int) {
    /** Width and height of the upright picture by those of the stored one, and the other way round. */
    fun sides(width: Int, height: Int) = if (orientation >= 5) height to width else width to height

    /** Column and row in a stored picture of this size of what is at [x], [y] in the upright one. */
    fun stored(x: Int, y: Int, width: Int, height: Int): Pair<Int, Int> {
        val (column, row) = sides(x, y)
        return Pair(
            if (orientation in listOf(2, 3, 7, 8)) width - 1 - column else column,
            if (orientation in listOf(3, 4, 6, 7)) height - 1 - row else row,
        )
    }
}

private val EXIF = "Exif\u0000\u0000".toByteArray()
private const val ORIENTATION_TAG = 0x0112

/** The EXIF orientation of a JPEG; 1 if it says nothing. */
private fun orientationOf(file: ByteArray): Int = try {
    val at = (0..65_536).first { at -> EXIF.indices.all { file[at + it] == EXIF[it] } } + EXIF.size
    val tiff = ByteBuffer.wrap(file, at, file.size - at).slice()
    if (tiff[0] == 'I'.code.toByte()) tiff.order(ByteOrder.LITTLE_ENDIAN)
    val directory = tiff.getInt(4)
    val entries = List(tiff.getShort(directory).toInt()) { directory + 2 + 12 * it }
    val entry = entries.first { tiff.getShort(it).toInt() == ORIENTATION_TAG }
    tiff.getShort(entry + 8).toInt().takeIf { it in 1..8 } ?: 1
} catch (_: RuntimeException) {
    // It ends too early, or there is none.
    1
}
