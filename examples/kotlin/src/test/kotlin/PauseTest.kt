package mdinference

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.TestFactory

class PauseTest {
    @TestFactory
    fun retryAfter() = testsOf(vectors("pauses")["retryAfter"]) {
        val given = retryAfterMs(it["retryAfter"].orNull?.text, it.number("epochMs"))
        assertEquals(it["ms"].orNull?.number, given)
    }

    @TestFactory
    fun sequences() = testsOf(vectors("pauses")["sequences"]) { sequence ->
        val pause = Pause()
        for (request in sequence["requests"].list) {
            val atMs = request.number("atMs")
            val answer = request["answer"].orNull
            assertEquals(answer != null, pause.leftMs(atMs) == 0.0)
            if (answer == null) continue
            val retryAfterMs = retryAfterMs(answer["retryAfter"].orNull?.text, 0.0)
            val pauseMs = pause.answered(answer.int("status"), retryAfterMs, atMs)
            assertEquals(request.number("pauseMs"), pauseMs)
        }
    }
}
