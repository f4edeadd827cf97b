import java.io.File
import org.openapitools.client.apis.InferenceApi
import org.openapitools.client.infrastructure.ClientError
import org.openapitools.client.infrastructure.ClientException
import org.openapitools.client.infrastructure.Serializer
import org.openapitools.client.models.Problem

/** Has a picture classified, and reads why something else is refused. */
fun main(args: Array<String>) {
    val (url, picture, other) = args
    val api = InferenceApi(url)
    fun classify(path: String) =
        api.classifyImage(File(path), mdiSlaMs = 20_000.0, mdiUploadStart = System.currentTimeMillis())

    val answer = classify(picture)
    println("${answer.predictions.first().label} ${answer.timing.source.value}")
    try {
        classify(other)
    } catch (refused: ClientException) {
        val body = (refused.response as ClientError<*>).body as String
        val problem = Serializer.gson.fromJson(body, Problem::class.java)
        println("${problem.status} ${problem.type}")
    }
}
