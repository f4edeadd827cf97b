package mdinference

import java.awt.image.BufferedImage
import java.util.concurrent.ConcurrentLinkedQueue
import javax.imageio.ImageIO
import kotlin.math.abs
import kotlinx.coroutines.runBlocking
import mockwebserver3.Dispatcher
import mockwebserver3.MockResponse
import mockwebserver3.MockWebServer
import mockwebserver3.RecordedRequest
import mockwebserver3.SocketEffect
import org.junit.jupiter.api.AfterEach
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test

private const val HOUR_MS = 3_600_000

/** Over a real connection. Where the cloud has to win the SLA is longer than any machine is slow. */
class ClientTest {
    private val server = MockWebServer()
    private val image = byteArrayOf(1, 2, 3)
    private val uploads = ConcurrentLinkedQueue<RecordedRequest>()
    private var models: String? = null
    private var infer: (RecordedRequest) -> MockResponse = ::answer

    @BeforeEach
    fun start() {
        server.dispatcher = object : Dispatcher() {
            override fun dispatch(request: RecordedRequest) = when (request.url.encodedPath) {
                "/v1/time" -> epochMs().let { json("""{"receivedEpochMs":$it,"epochMs":$it}""") }
                "/v1/prepare" -> MockResponse.Builder().code(202).body("{}").build()
                "/v1/models" -> if (models == null) MockResponse(code = 404) else json(models!!)
                "/v1/infer" -> infer(request.also(uploads::add))
                else -> MockResponse(code = 404)
            }
        }
        server.start()
    }

    @AfterEach
    fun stop() = server.close()

    @Test
    fun `sends the image with its headers, and gives the cloud's answer`() = runBlocking {
        client(60_000.0).use { client ->
            client.prepare()
            val (source, answer, _, inTime) = client.classify(image)
            assertEquals(Verdict.CLOUD, source)
            assertEquals(Answer("in the cloud", 96.4, listOf(Prediction(13, "gear", 0.97))), answer)
            assertTrue(inTime)
            client.classify(image)
        }
        val (first, second) = uploads.toList()
        assertEquals("image/jpeg", first.headers["content-type"])
        assertEquals(image.toList(), first.body?.toByteArray()?.toList())
        assertTrue(first.headers["mdi-sla-ms"]!!.toInt() in 1..29_000)
        assertEquals("50", first.headers["mdi-device-accuracy"])
        assertNull(first.headers["mdi-output-ms"])
        assertNotNull(second.headers["mdi-output-ms"])
        assertEquals("2.000", second.headers["mdi-output-input-ms"])
        // The server's clock is an hour ahead of this machine's.
        val aheadMs = first.headers["mdi-upload-start"]!!.toDouble() - System.currentTimeMillis()
        assertTrue(abs(aheadMs - HOUR_MS) < HOUR_MS / 2)
    }

    @Test
    fun `gives the device's answer when the cloud hangs`() = runBlocking {
        infer = { MockResponse.Builder().onResponseStart(SocketEffect.Stall).build() }
        client(100.0).use { assertEquals(Verdict.DEVICE, it.classify(image).source) }
    }

    @Test
    fun `gives the device's answer when nobody answers`() = runBlocking {
        server.close()
        client(60_000.0).use { assertEquals(Verdict.DEVICE, it.classify(image).source) }
    }

    @Test
    fun `gives the device's answer when the cloud's is malformed`() = runBlocking {
        infer = { json("""{"model":{"name":"m","accuracyPct":99},"predictions":[]}""") }
        client(60_000.0).use { assertEquals(Verdict.DEVICE, it.classify(image).source) }
    }

    @Test
    fun `leaves a service alone that has too much to do`() = runBlocking {
        infer = { MockResponse.Builder().code(429).setHeader("retry-after", "3600").build() }
        client(60_000.0).use {
            repeat(3) { _ -> assertEquals(Verdict.DEVICE, it.classify(image).source) }
        }
        assertEquals(1, uploads.size)
    }

    @Test
    fun `sends the view, and the file where that is no longer the view`() = runBlocking {
        models = """{"view":{"width":8,"height":6},"models":[]}"""
        infer = { if (it.headers["mdi-view"] == null) answer(it) else notTheView() }
        val photo = jpegOf(BufferedImage(400, 300, BufferedImage.TYPE_INT_RGB), 100)
        client(60_000.0).use { client ->
            client.prepare()
            assertEquals(Verdict.CLOUD, client.classify(photo).source)
        }
        val (refused, taken) = uploads.toList()
        assertEquals("8x6", refused.headers["mdi-view"])
        assertEquals("view-jpeg-95", refused.headers["mdi-upload-rung"])
        val sent = ImageIO.read(refused.body?.toByteArray()?.inputStream())
        assertEquals(8 to 6, sent.width to sent.height)
        assertNull(taken.headers["mdi-upload-rung"])
        assertEquals(photo.toList(), taken.body?.toByteArray()?.toList())
    }

    private fun notTheView() = MockResponse.Builder().code(422)
        .body("""{"type":"https://service.example/problems/not-the-view","detail":"another"}""")
        .build()

    private fun client(slaMs: Double) = Client(server.url("/").toString(), slaMs, MadeUpModel(1.0))

    private fun epochMs() = System.currentTimeMillis() + HOUR_MS

    private fun json(body: String) = MockResponse.Builder().body(body).build()

    private fun answer(request: RecordedRequest): MockResponse {
        val source = if (request.headers["mdi-upload-start"] == null) "default" else "client"
        return json(
            """{"requestId":"r","model":{"name":"in the cloud","version":"1","accuracyPct":96.4},
               "predictions":[{"index":13,"label":"gear","score":0.97}],
               "timing":{"inputMs":2,"serverMs":1,"source":"$source"}}""",
        )
    }
}
