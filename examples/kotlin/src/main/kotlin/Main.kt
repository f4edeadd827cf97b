package mdinference

import java.io.File
import kotlin.system.exitProcess
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull

/** Stands for a model on the device: takes its time, and always gives the same answer. */
class MadeUpModel(private val takesMs: Double) : DeviceModel {
    override val name = "made-up"
    override val accuracyPct = 50.0

    override suspend fun classify(image: ByteArray): List<Prediction> {
        delay(takesMs.milliseconds)
        return listOf(Prediction(0, "something", 0.5))
    }
}

/** ENDPOINT IMAGE [SLA in ms] */
fun main(args: Array<String>) {
    if (args.size !in 2..3) {
        System.err.println("usage: ENDPOINT IMAGE [SLA in ms]")
        exitProcess(2)
    }
    val image = File(args[1])
    val contentType = when (image.extension.lowercase()) {
        "png" -> "image/png"
        "webp" -> "image/webp"
        else -> "image/jpeg"
    }
    val slaMs = args.getOrNull(2)?.toDouble() ?: 250.0
    val onUpload = { upload: Upload -> println("sent: ${upload.rung ?: "the file"}, ${upload.image.size} bytes") }
    Client(args[0], slaMs, MadeUpModel(30.0), onUpload).use { client ->
        runBlocking {
            // An app does so when its camera opens, and does not wait for it either.
            withTimeoutOrNull(2_000.milliseconds) { client.prepare() }
            val (source, answer, elapsedMs, inTime) = client.classify(image.readBytes(), contentType)
            val by = "${answer.model} (${source.name.lowercase()})"
            val when_ = "%.0f ms, %s".format(elapsedMs, if (inTime) "in time" else "late")
            println("${answer.predictions.first().label}, says $by after $when_")
        }
    }
}
