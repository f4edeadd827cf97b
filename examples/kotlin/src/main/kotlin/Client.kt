package mdinference

import java.awt.image.BufferedImage
import java.io.IOException
import java.time.Duration
import java.util.UUID
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.withTimeout
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonObject
import okhttp3.CacheControl
import okhttp3.Call
import okhttp3.Callback
import okhttp3.HttpUrl.Companion.toHttpUrl
import okhttp3.MediaType.Companion.toMediaType
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.RequestBody.Companion.toRequestBody
import okhttp3.Response

/** A model on the device: of TensorFlow Lite, ExecuTorch, ONNX Runtime, or a made-up one. */
interface DeviceModel {
    val name: String
    val accuracyPct: Double

    suspend fun classify(image: ByteArray): List<Prediction>
}

/** The service answered with an error, or wants to be left alone. */
class ApiException(val status: Int, detail: String?, private val type: String? = null) :
    Exception(detail ?: "the service answered with status $status") {
    /** The catalogue's view is another by now. */
    val isAboutTheView get() = when (type?.substringAfterLast('/')) {
        "not-the-view" -> true
        "bad-header" -> "mdi-view" in message.orEmpty()
        else -> false
    }
}

private const val ASIDE_MS = 5_000L
private const val RESYNC_MS = 300_000
private const val PAUSE_AFTER_FAILURE_MS = 5_000
private const val PAUSE_AFTER_USELESS_MS = 60_000
private val NO_STORE = CacheControl.Builder().noStore().build()

/** Classifies images within an SLA, in the cloud or on the device. */
class Client(
    endpoint: String,
    private val slaMs: Double,
    private val device: DeviceModel? = null,
    /** Is told what is sent. */
    private val onUpload: (Upload) -> Unit = {},
) : AutoCloseable {
    private val endpoint = endpoint.trimEnd('/').toHttpUrl()
    private val http = OkHttpClient.Builder()
        // 301 and 302 make a GET of a POST.
        .followRedirects(false)
        .callTimeout(Duration.ofMillis(slaMs.toLong() + 2_000))
        .readTimeout(Duration.ZERO)
        .build()
    private val background = CoroutineScope(SupervisorJob() + Dispatchers.Default)
    private val clock = ServerClock()
    private val outputTime = OutputTime()
    private val margin = TimerMargin()
    private val pause = Pause()
    private val uploads = Uploads(::nowMs)
    private val synchronizing = Mutex()

    @Volatile
    private var nextSyncMs = Double.NEGATIVE_INFINITY

    @Volatile
    private var wasUsable = false

    /** What `GET /v1/models` has said. */
    @Volatile
    private var served: Served? = null
    private val askingForModels = Mutex()

    @Volatile
    private var nextModelsMs = Double.NEGATIVE_INFINITY

    /** Learns the server's clock and has the service and the JVM warm up: best before the first image. */
    suspend fun prepare() {
        val rehearsal = background.launch { rehearse() }
        val body = """{"slaMs":${slaMs.toInt()}}""".toRequestBody("application/json".toMediaType())
        runCatching { withTimeout(ASIDE_MS.milliseconds) { send(request("v1/prepare").post(body)) } }
        refreshModels()
        refresh()
        rehearsal.join()
    }

    /** The cloud's answer if it is there in time, otherwise the device's. */
    suspend fun classify(image: ByteArray, contentType: String = "image/jpeg"): Outcome {
        val startedMs = nowMs()
        val race = Race(
            limits = Limits(slaMs, margin.of(slaMs)),
            cloud = CloudRun { infer(image, contentType, startedMs + slaMs) },
            device = device?.let { model ->
                DeviceRun(model.accuracyPct) {
                    Answer(model.name, model.accuracyPct, model.classify(image))
                }
            },
            background = background,
            nowMs = ::nowMs,
            startedMs = startedMs,
            onDue = margin::observe,
        )
        background.launch { refreshModels(); refresh() }
        return race.run()
    }

    override fun close() {
        background.cancel()
        http.dispatcher.executorService.shutdown()
        http.connectionPool.evictAll()
    }

    private suspend fun infer(image: ByteArray, contentType: String, endMs: Double): Answer {
        val file = Upload(image, contentType)
        clock.usable()?.let { uploads.delayMs = it.errorMs }
        val upload = uploads.choose(file, served, endMs, device?.accuracyPct ?: 0.0)
        return try {
            post(upload, endMs)
        } catch (error: ApiException) {
            if (upload.view == null || !error.isAboutTheView) throw error
            served = null
            nextModelsMs = Double.NEGATIVE_INFINITY
            background.launch { refreshModels() }
            post(file, endMs)
        }
    }

    private suspend fun post(upload: Upload, endMs: Double): Answer {
        val startMs = nowMs()
        val known = clock.usable()
        val body = upload.image.toRequestBody(upload.contentType.toMediaType())
        val request = request("v1/infer").post(body)
        val headers = inferHeaders(startMs, endMs, known, outputTime, device?.accuracyPct)
        (headers + upload.headers).forEach(request::header)
        onUpload(upload)
        val json = try {
            send(request)
        } catch (error: IOException) {
            if (nowMs() >= endMs) uploads.neverAnswered(upload, startMs, nowMs() - startMs)
            throw error
        }
        val totalMs = nowMs() - startMs
        val timing = timingOf(json)
        if (known != null) outputTime.observe(totalMs, timing, known.offsetMs)
        uploads.answered(upload, startMs, totalMs, timing)
        return answerOf(json)
    }

    /** What a JVM does first is slow: a picture, and races that show how late its timers are, for nobody. */
    private suspend fun rehearse() {
        val picture = BufferedImage(1_280, 960, BufferedImage.TYPE_INT_RGB)
        repeat(3) { jpegOf(viewOf(jpegOf(picture, 90), View(224, 224, 256)), 95) }
        repeat(3) {
            val answer = Answer("rehearsal", 0.0, emptyList())
            val cloud = CloudRun { delay(20.milliseconds); answer }
            val limits = Limits(slaMs = 10.0, marginMs = 5.0)
            val device = DeviceRun(0.0) { answer }
            Race(limits, cloud, device, background, ::nowMs, onDue = margin::observe).run()
        }
    }

    /** Learns the server's clock if it is time to; never throws. */
    private suspend fun refresh() {
        val hasSlept = wasUsable && clock.usable() == null
        val isDue = (hasSlept || nowMs() >= nextSyncMs) && pause.leftMs(nowMs()) == 0.0
        if (!isDue || !synchronizing.tryLock()) return
        try {
            val result = runCatching { clock.synchronize { exchange() } }
            wasUsable = clock.usable() != null
            nextSyncMs = nowMs() + when {
                result.isFailure && !wasUsable -> PAUSE_AFTER_FAILURE_MS
                !wasUsable -> PAUSE_AFTER_USELESS_MS
                else -> RESYNC_MS
            }
        } finally {
            synchronizing.unlock()
        }
    }

    /** Learns what can be sent to the service, if it is time to; never throws. */
    private suspend fun refreshModels() {
        if (nowMs() < nextModelsMs || !askingForModels.tryLock()) return
        try {
            nextModelsMs = nowMs() + PAUSE_AFTER_FAILURE_MS
            val json = withTimeout(ASIDE_MS.milliseconds) { send(request("v1/models")) }
            served = servedOf(json)
            nextModelsMs = nowMs() + RESYNC_MS
        } catch (_: Exception) {
            // What is known stays; without it, files are sent as they are.
        } finally {
            askingForModels.unlock()
        }
    }

    private suspend fun exchange(): Exchange = withTimeout(ASIDE_MS.milliseconds) {
        val request = request("v1/time?once=${UUID.randomUUID()}").cacheControl(NO_STORE).build()
        val sent = systemInstant()
        val (response, text) = http.newCall(request).await()
        val arrived = systemInstant()
        if (!response.isSuccessful) throw ApiException(response.code, null)
        if ((response.header("age")?.toIntOrNull() ?: 0) > 0) throw WrongTimeException()
        try {
            val json = Json.parseToJsonElement(text).jsonObject
            Exchange(sent, json.number("receivedEpochMs"), json.number("epochMs"), arrived)
        } catch (_: RuntimeException) {
            throw WrongTimeException("GET /v1/time is answered by something else")
        }
    }

    private suspend fun send(request: Request.Builder): JsonObject {
        if (pause.leftMs(nowMs()) > 0) throw ApiException(429, "the service wants to be left alone")
        val (response, text) = http.newCall(request.build()).await()
        val retryAfterMs = retryAfterMs(response.header("retry-after"), clock.epochMs())
        pause.answered(response.code, retryAfterMs, nowMs())
        if (!response.isSuccessful) {
            throw ApiException(response.code, problem(text, "detail"), problem(text, "type"))
        }
        return Json.parseToJsonElement(text).jsonObject
    }

    private fun request(path: String) = Request.Builder().url("$endpoint$path")

    private fun nowMs() = systemInstant().nowMs
}

/** The whole answer: its status is no use without its body. */
private suspend fun Call.await(): Pair<Response, String> = suspendCancellableCoroutine { waiting ->
    waiting.invokeOnCancellation { cancel() }
    enqueue(object : Callback {
        override fun onFailure(call: Call, e: IOException) = waiting.resumeWithException(e)

        override fun onResponse(call: Call, response: Response) {
            val result = runCatching { response.use { it to it.body.string() } }
            result.fold(waiting::resume, waiting::resumeWithException)
        }
    })
}
