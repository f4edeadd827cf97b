package mdinference

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
import kotlinx.serialization.json.double
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
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
class ApiException(val status: Int, detail: String?) :
    Exception(detail ?: "the service answered with status $status")

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
    private val synchronizing = Mutex()

    @Volatile
    private var nextSyncMs = Double.NEGATIVE_INFINITY

    @Volatile
    private var wasUsable = false

    /** Learns the server's clock and has the service and the JVM warm up: best before the first image. */
    suspend fun prepare() {
        background.launch { rehearse() }
        val body = """{"slaMs":${slaMs.toInt()}}""".toRequestBody("application/json".toMediaType())
        runCatching { withTimeout(ASIDE_MS.milliseconds) { send(request("v1/prepare").post(body)) } }
        refresh()
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
        background.launch { refresh() }
        return race.run()
    }

    override fun close() {
        background.cancel()
        http.dispatcher.executorService.shutdown()
        http.connectionPool.evictAll()
    }

    private suspend fun infer(image: ByteArray, contentType: String, endMs: Double): Answer {
        val startMs = nowMs()
        val known = clock.usable()
        val request = request("v1/infer").post(image.toRequestBody(contentType.toMediaType()))
        inferHeaders(startMs, endMs, known, outputTime, device?.accuracyPct).forEach(request::header)
        val json = send(request)
        if (known != null) outputTime.observe(nowMs() - startMs, timingOf(json), known.offsetMs)
        return answerOf(json)
    }

    /** Races that nobody waits for: a JVM's first ones are slow, and the margin learns how late its timers are. */
    private suspend fun rehearse() = repeat(3) {
        val answer = Answer("rehearsal", 0.0, emptyList())
        val cloud = CloudRun { delay(20.milliseconds); answer }
        val limits = Limits(slaMs = 10.0, marginMs = 5.0)
        Race(limits, cloud, DeviceRun(0.0) { answer }, background, ::nowMs, onDue = margin::observe).run()
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
        if (!response.isSuccessful) throw ApiException(response.code, detailOf(text))
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

private fun answerOf(json: JsonObject): Answer {
    val model = json.getValue("model").jsonObject
    val predictions = json.getValue("predictions").jsonArray.map {
        val (index, label, score) = listOf("index", "label", "score").map(it.jsonObject::getValue)
        val chance = score.jsonPrimitive.double
        require(chance in 0.0..1.0) { "the service's answer is malformed: score" }
        Prediction(index.jsonPrimitive.int, label.jsonPrimitive.content, chance)
    }
    require(predictions.isNotEmpty()) { "the service's answer is malformed: predictions" }
    return Answer(model.text("name"), model.number("accuracyPct"), predictions)
}

private fun timingOf(json: JsonObject): Timing {
    val timing = json.getValue("timing").jsonObject
    return Timing(timing.number("inputMs"), timing.number("serverMs"), timing.text("source"))
}

/** What a problem document says; null when the error came from in front of the service. */
private fun detailOf(text: String): String? =
    runCatching { Json.parseToJsonElement(text).jsonObject.text("detail") }.getOrNull()

private fun JsonObject.number(name: String) = getValue(name).jsonPrimitive.double

private fun JsonObject.text(name: String) = getValue(name).jsonPrimitive.content
