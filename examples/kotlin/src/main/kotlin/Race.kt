package mdinference

import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.Job
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch

enum class RunState { WAITING, RUNNING, ANSWERED, FAILED, CANCELLED, SKIPPED }

enum class Verdict { CLOUD, DEVICE, WAIT, NONE }

/** A race as [verdict] sees it. */
data class Standing(
    val cloud: RunState,
    /** Null without a model on the device. */
    val device: RunState?,
    val isDue: Boolean,
    val isOver: Boolean,
    val deviceIsBetter: Boolean,
)

/** The table of docs/protocol.md: the first row that fits. */
fun verdict(standing: Standing): Verdict = with(standing) {
    val cloudMayCome = cloud == RunState.WAITING || cloud == RunState.RUNNING
    val deviceMayCome = device == RunState.WAITING || device == RunState.RUNNING
    when {
        cloud == RunState.ANSWERED && !deviceIsBetter -> Verdict.CLOUD
        cloud == RunState.ANSWERED && device == RunState.ANSWERED -> Verdict.DEVICE
        cloud == RunState.ANSWERED && device == RunState.RUNNING && !isDue -> Verdict.WAIT
        cloud == RunState.ANSWERED -> Verdict.CLOUD
        device == RunState.ANSWERED && cloudMayCome && !isDue -> Verdict.WAIT
        device == RunState.ANSWERED -> Verdict.DEVICE
        deviceMayCome -> Verdict.WAIT
        cloudMayCome && !isOver -> Verdict.WAIT
        else -> Verdict.NONE
    }
}

data class Prediction(val index: Int, val label: String, val score: Double)

data class Answer(val model: String, val accuracyPct: Double, val predictions: List<Prediction>)

/** The moments of a race, in ms since the app's call. */
data class Limits(
    val slaMs: Double,
    val marginMs: Double,
    /** Whether an answer after the SLA is of no use. */
    val isHard: Boolean = false,
    val lateMs: Double = 2_000.0,
) {
    val dueMs get() = slaMs - marginMs
    val overMs get() = if (isHard) dueMs else slaMs
    val endMs get() = slaMs + lateMs
}

class CloudRun(
    /** How long the upload waits for the device to show whether it is sure. */
    val waitMs: Double = 0.0,
    val isNeeded: (Answer) -> Boolean = { true },
    val run: suspend () -> Answer,
)

class DeviceRun(
    val accuracyPct: Double,
    /** Infinite: only when the cloud has failed, or at the deadline. */
    val startAfterMs: Double = 0.0,
    val run: suspend () -> Answer,
)

data class Outcome(val source: Verdict, val answer: Answer, val elapsedMs: Double, val inTime: Boolean)

class SlaExceededException(slaMs: Double) : Exception("no answer within the SLA of $slaMs ms")

/** Two runs, one deadline, one answer. Its events are handled one at a time, so that nothing is locked. */
class Race(
    private val limits: Limits,
    private val cloud: CloudRun?,
    private val device: DeviceRun?,
    /** Where an upload goes on when the answer is there: cancelled, it would take its connection with it. */
    private val background: CoroutineScope,
    private val nowMs: () -> Double,
    /** When the app called: the SLA starts here. */
    private val startedMs: Double = nowMs(),
    /** Is told how late the timer before the deadline was. */
    private val onDue: (latenessMs: Double) -> Unit = {},
) {
    private class Run(var state: RunState) {
        var job: Job? = null
        var startMs: Double? = null
        var answer: Answer? = null
        var error: Throwable? = null
    }

    private val events = Channel<() -> Unit>(Channel.UNLIMITED)
    private val upload = Run(if (cloud == null) RunState.SKIPPED else RunState.WAITING)
    private val onDevice = device?.let { Run(RunState.WAITING) }
    private var isDue = false
    private var isOver = false

    /** When the two runs began, in ms since the app's call. */
    val uploadStartMs get() = upload.startMs
    val deviceStartMs get() = onDevice?.startMs

    suspend fun run(): Outcome {
        val due = { onDue(elapsedMs() - limits.dueMs); isDue = true }
        val over = { isOver = true; if (limits.isHard) cancel(onDevice) }
        val timers = listOf(
            // One timer where they coincide: two could fire in the other order.
            if (limits.isHard) at(limits.dueMs, due, over) else at(limits.dueMs, due),
            if (limits.isHard) null else at(limits.overMs, over),
            at(limits.endMs, { cancel(upload); cancel(onDevice) }),
            at(if (device == null) 0.0 else cloud?.waitMs ?: 0.0, ::startUpload),
            at(device?.startAfterMs ?: Double.POSITIVE_INFINITY, ::startDevice),
        )
        try {
            while (true) {
                events.receive()()
                if (isDue || upload.state == RunState.FAILED) startDevice()
                val source = verdict(standing())
                val answer = when (source) {
                    Verdict.WAIT -> continue
                    Verdict.NONE -> throw failure()
                    Verdict.CLOUD -> upload.answer
                    Verdict.DEVICE -> onDevice?.answer
                }
                val elapsedMs = elapsedMs()
                return Outcome(source, checkNotNull(answer), elapsedMs, elapsedMs <= limits.slaMs)
            }
        } finally {
            timers.forEach { it?.cancel() }
            cancel(onDevice)
        }
    }

    private fun standing() = Standing(
        upload.state, onDevice?.state, isDue, isOver,
        deviceIsBetter = (device?.accuracyPct ?: -1.0) > (upload.answer?.accuracyPct ?: 100.0),
    )

    private fun failure(): Throwable {
        val ofDevice = onDevice?.error?.takeIf { upload.state == RunState.SKIPPED }
        return upload.error ?: ofDevice ?: SlaExceededException(limits.slaMs)
    }

    private fun startUpload() {
        if (cloud != null && upload.state == RunState.WAITING) start(upload, cloud.run)
    }

    private fun startDevice() {
        if (device == null || onDevice?.state != RunState.WAITING) return
        start(onDevice, device.run)
    }

    private fun start(run: Run, work: suspend () -> Answer) {
        run.state = RunState.RUNNING
        run.startMs = elapsedMs()
        run.job = background.launch {
            val result = runCatching { work() }
            events.trySend { end(run, result) }
        }
    }

    private fun end(run: Run, result: Result<Answer>) {
        if (run.state != RunState.RUNNING) return
        run.answer = result.getOrNull()
        run.error = result.exceptionOrNull()
        run.state = if (result.isSuccess) RunState.ANSWERED else RunState.FAILED
        if (run === onDevice && upload.state == RunState.WAITING) askWhetherSure(run.answer)
    }

    /** The device has run first: it was sure, and nothing is uploaded, or the upload begins now. */
    private fun askWhetherSure(answer: Answer?) {
        if (answer != null && cloud?.isNeeded(answer) == false) upload.state = RunState.SKIPPED
        else startUpload()
    }

    private fun cancel(run: Run?) {
        if (run?.state != RunState.RUNNING) return
        run.state = RunState.CANCELLED
        run.job?.cancel()
    }

    private fun elapsedMs() = nowMs() - startedMs

    private fun at(ms: Double, vararg inOrder: () -> Unit): Job? {
        if (ms == Double.POSITIVE_INFINITY) return null
        // Undispatched: timers that are due already fire in this order.
        return background.launch(start = CoroutineStart.UNDISPATCHED) {
            // Since the app's call: by now a cold JVM has needed some of the time.
            val leftMs = ms - elapsedMs()
            if (leftMs > 0) delay(leftMs.milliseconds)
            inOrder.forEach { events.send(it) }
        }
    }
}
