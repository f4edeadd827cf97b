package mdinference

import java.awt.image.BufferedImage
import javax.imageio.ImageIO
import kotlin.math.abs
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory

/** What is sent, and why. */
class UploadTest {
    @TestFactory
    fun uplink() = testsOf(vectors("uplink")["cases"]) { case ->
        val uplink = Uplink()
        for (upload in case["uploads"].list) observe(uplink, upload)
        for (next in case["next"].list) {
            next["delayMs"].orNull?.let { uplink.delayMs = it.number }
            val given = uplink.inputTimes(next.number("bytes"), next.number("startMs"))
            val expected = next["explanations"].orNull?.list.orEmpty().flatMap { explanation ->
                explanation["ms"].list.map { it to explanation.number("weight") / 7 }
            }
            assertEquals(expected.size, given.size)
            expected.zip(given) { (ms, weight), time ->
                assertClose(ms, time.ms, 1e-3)
                assertEquals(weight, time.weight, 1e-6)
            }
        }
    }

    @TestFactory
    fun choices() = testsOf(vectors("upload-choice")["cases"]) { case ->
        val options = case["options"].list.map(::Option)
        val uplink = Uplink()
        val seen = case["uplink"].orNull
        uplink.delayMs = seen?.number("delayMs") ?: 20.0
        seen?.get("uploads")?.list?.forEach { observe(uplink, it) }
        val inputTimes = { option: UploadOption ->
            if (seen == null) timesOf((option as Option).json["inputMs"])
            else uplink.inputTimes(option.bytes, seen.number("startMs"))
        }
        val models = case["models"].list.map {
            val (accuracyPct, meanMs, stdMs, coldShare) =
                listOf("accuracyPct", "meanMs", "stdMs", "coldShare").map(it::number)
            ServedModel(it["name"].text, accuracyPct, meanMs, stdMs, coldShare)
        }
        val outputTimes = timesOf(case["outputMs"])
        val (slaMs, devicePct) = listOf("slaMs", "deviceAccuracyPct").map(case::number)
        val situation = Situation(models, slaMs, devicePct, outputTimes, inputTimes)
        val (option, accuracyPct) = chooseUpload(options, situation)
        assertEquals(case["expected"]["rung"].text, option.rung.name)
        assertClose(case["expected"]["accuracyPct"], accuracyPct, 0.01)
    }

    @TestFactory
    fun regions() = testsOf(vectors("view")["regions"]) { case ->
        val view = case["view"].let {
            View(it.int("width"), it.int("height"), it["resizeShorterSide"].orNull?.int ?: 0)
        }
        val (picture, region) = listOf(case["picture"], case["region"])
        val (width, height) = listOf("width", "height").map(picture::int)
        val crop = cropOf(width, height, view.width, view.height, view.resizeShorterSide)
        // That of those who scale first is in whole pixels.
        val scale = view.width / region.number("width")
        assertTrue(abs(crop.x - region.number("x") * scale) <= 1)
        assertTrue(abs(crop.y - region.number("y") * scale) <= 1)
        assertTrue(abs(crop.scaledWidth - width * scale) <= 0.5 + 1e-9)
    }

    @TestFactory
    fun orientations() = vectors("preprocessing")["orientations"].let { file ->
        val stored = file["stored"]
        val (storedWidth, storedHeight) = listOf("width", "height").map(stored::int)
        testsOf(file["upright"]) { upright ->
            val turn = Turn(upright.int("orientation"))
            val (width, height) = turn.sides(storedWidth, storedHeight)
            assertEquals(upright.int("width") to upright.int("height"), width to height)
            val given = List(width * height) {
                val (column, row) = turn.stored(it % width, it / width, storedWidth, storedHeight)
                stored["data"].list[row * storedWidth + column].int
            }
            assertEquals(upright["data"].list.map { it.int }, given)
        }
    }

    @Test
    fun `cuts the middle out of a photo, upright`() {
        val photo = BufferedImage(300, 400, BufferedImage.TYPE_INT_RGB)
        // Turned clockwise by 90 degrees, what was at the bottom is on the left.
        for (y in 200 until 400) for (x in 0 until 300) photo.setRGB(x, y, 0xffffff)
        val exif = "4578696600004d4d002a0000000800010112000300000001000600000000".chunked(2)
            .map { it.toInt(16).toByte() }
        val bytes = jpegOf(photo, 100).toList()
        val segment = listOf(0xff, 0xe1, 0, exif.size + 2).map(Int::toByte) + exif
        val file = (bytes.take(2) + segment + bytes.drop(2)).toByteArray()
        val view = viewOf(file, View(60, 30, 40))
        assertEquals(60 to 30, view.width to view.height)
        assertTrue(view.getRGB(5, 15) and 0xff > 250)
        assertTrue(view.getRGB(55, 15) and 0xff < 5)
        val (fine, coarse) = listOf(95, 45).map { jpegOf(view, it) }
        assertTrue(fine.size > coarse.size)
        assertEquals(60, ImageIO.read(coarse.inputStream()).width)
    }

    private class Option(val json: Node) : UploadOption {
        override val bytes = json.number("bytes")
        override val rung = json["accuracyLossPct"].let { loss ->
            Rung(json["rung"].text, accuracyLossPct = loss.texts.mapValues { it.value.toDouble() })
        }
    }

    private fun observe(uplink: Uplink, upload: Node) {
        upload["delayMs"].orNull?.let { uplink.delayMs = it.number }
        val (startMs, bytes, inputMs) = listOf("startMs", "bytes", "inputMs").map(upload::number)
        uplink.observe(startMs, bytes, inputMs)
    }

    private fun timesOf(json: Node) =
        json.list.map { Weighted(it.number("ms"), it.number("weight")) }
}
