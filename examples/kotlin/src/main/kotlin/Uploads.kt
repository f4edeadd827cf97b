package mdinference

private const val MOST_BYTES = 4_500_000
private const val MOST_ENCODINGS = 2
private const val USUAL_BYTES_PER_PIXEL = 0.5
private const val REMEMBERED_ANSWERS = 5
private const val ORIGINAL = "original"

/** What `GET /v1/models` says of pictures. */
class Served(val models: List<ServedModel>, val view: View?, rungs: List<Rung>) {
    val original = rungs.find { it.name == ORIGINAL } ?: Rung(ORIGINAL)

    /** Those for which the view is encoded; if none is measured, it is hardly compressed. */
    val encoded = if (view == null) emptyList() else {
        val usual = Rung("view-jpeg-95", 95, USUAL_BYTES_PER_PIXEL * view.width * view.height)
        rungs.filter { it.quality != null }.ifEmpty { listOf(usual) }
    }
}

/** What is sent of a picture. */
class Upload(
    val image: ByteArray,
    val contentType: String,
    /** The name of what was chosen; null: there was nothing to choose from. */
    val rung: String? = null,
    val view: View? = null,
) {
    val headers get() = buildMap {
        if (rung != null) put("mdi-upload-rung", rung)
        if (view != null) put("mdi-view", view.size)
    }
}

/** Chooses what is sent of pictures, and learns from what comes of it. */
class Uploads(private val nowMs: () -> Double) {
    private class Option(
        override val rung: Rung,
        override val bytes: Double,
        val upload: Upload? = null,
    ) : UploadOption

    private val uplink = Uplink()
    private val outputsMs = ArrayDeque<Double>()

    /** What a packet takes one way. */
    var delayMs by uplink::delayMs

    /** What is best sent of [file] by the SLA's end at [endMs]; the file where it cannot be decoded. */
    fun choose(file: Upload, served: Served?, endMs: Double, deviceAccuracyPct: Double): Upload {
        val view = served?.view ?: return file
        val pixels by lazy { viewOf(file.image, view) }
        val models = served.models.filter { it.isAsked }
        fun best(options: List<Option>) = bestOf(options, models, endMs, deviceAccuracyPct)
        val original = Upload(file.image, file.contentType, ORIGINAL)
        var options = served.encoded.map { Option(it, it.meanBytes) }
        if (file.image.size <= MOST_BYTES) {
            options = options + Option(served.original, file.image.size.toDouble(), original)
        }
        try {
            repeat(MOST_ENCODINGS) {
                val rung = best(options).takeIf { it.upload == null }?.rung ?: return@repeat
                val image = jpegOf(pixels, checkNotNull(rung.quality))
                // A picture of many details is large by every rung.
                val ratio = image.size / rung.meanBytes
                options = options.map {
                    when {
                        it.rung == rung -> {
                            val upload = Upload(image, "image/jpeg", rung.name, view)
                            Option(rung, image.size.toDouble(), upload)
                        }
                        it.upload == null -> Option(it.rung, ratio * it.rung.meanBytes)
                        else -> it
                    }
                }
            }
        } catch (_: Exception) {
            // It cannot be decoded here.
            return file
        }
        return checkNotNull(best(options.filter { it.upload != null }).upload)
    }

    private fun bestOf(
        options: List<Option>,
        models: List<ServedModel>,
        endMs: Double,
        deviceAccuracyPct: Double,
    ): Option {
        val startMs = nowMs()
        val isKnown = uplink.inputTimes(1.0, startMs).isNotEmpty()
        if (!isKnown || models.isEmpty()) {
            val (encoded, asTheyAre) = options.partition { it.rung.quality != null }
            val byLoss = compareBy<Option>({ it.rung.accuracyLossPct.values.sum() }, { it.bytes })
            val least = encoded.minWithOrNull(byLoss)
            return (asTheyAre + listOfNotNull(least)).minBy { it.bytes }
        }
        val inputTimes = { option: UploadOption -> uplink.inputTimes(option.bytes, startMs) }
        val situation =
            Situation(models, endMs - startMs, deviceAccuracyPct, outputTimes(), inputTimes)
        return chooseUpload(options, situation).first
    }

    @Synchronized
    private fun outputTimes(): List<Weighted> {
        val times = outputsMs.ifEmpty { listOf(delayMs) }
        return times.map { Weighted(it, 1.0 / times.size) }
    }

    /** An answer was there [totalMs] after the upload had begun. */
    @Synchronized
    fun answered(upload: Upload, startMs: Double, totalMs: Double, timing: Timing) {
        if (timing.source != "client") return
        uplink.observe(startMs, upload.image.size.toDouble(), timing.inputMs)
        outputsMs.addLast((totalMs - timing.inputMs - timing.serverMs).coerceAtLeast(0.0))
        if (outputsMs.size > REMEMBERED_ANSWERS) outputsMs.removeFirst()
    }

    /** An upload has had no answer for [ms], which was too long. */
    fun neverAnswered(upload: Upload, startMs: Double, ms: Double) =
        uplink.observe(startMs, upload.image.size.toDouble(), ms)
}
