package mdinference

import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.boolean
import kotlinx.serialization.json.double
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive

fun answerOf(json: JsonObject): Answer {
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

fun timingOf(json: JsonObject): Timing {
    val timing = json.getValue("timing").jsonObject
    return Timing(timing.number("inputMs"), timing.number("serverMs"), timing.text("source"))
}

fun servedOf(json: JsonObject) = Served(
    models = json.objects("models").map { model ->
        val profile = model.getValue("profile").jsonObject
        val isLatencyOnly = model["latencyOnly"]?.jsonPrimitive?.boolean == true
        val isOpen = model["breaker"]?.jsonPrimitive?.content == "open"
        ServedModel(
            model.text("name"),
            model.number("accuracyPct"),
            profile.number("meanMs"),
            profile.number("stdMs"),
            profile.number("coldShare"),
            isAsked = !isLatencyOnly && !isOpen,
        )
    },
    view = json["view"]?.jsonObject?.let {
        val shorterSide = it["resizeShorterSide"]?.jsonPrimitive?.int ?: 0
        View(it.number("width").toInt(), it.number("height").toInt(), shorterSide)
    },
    rungs = json["uploads"]?.jsonObject?.objects("rungs").orEmpty().mapNotNull(::rungOf),
)

/** Null for what cannot be encoded here: WebP, all of the chroma, and what is not the view. */
private fun rungOf(json: JsonObject): Rung? {
    val encoding = json["encoding"]?.jsonObject
    val canBeEncoded = encoding == null || encoding.text("type") == "image/jpeg" &&
        encoding["chroma"]?.jsonPrimitive?.content != "4:4:4" && "maxSide" !in encoding
    return if (!canBeEncoded) null else Rung(
        json.text("name"),
        encoding?.number("quality")?.toInt(),
        json.number("meanBytes"),
        json.getValue("accuracyLossPct").jsonObject.mapValues { it.value.jsonPrimitive.double },
    )
}

/** A member of a problem document; null when the error came from in front of the service. */
fun problem(text: String, member: String): String? =
    runCatching { Json.parseToJsonElement(text).jsonObject.text(member) }.getOrNull()

private fun JsonObject.objects(name: String) = getValue(name).jsonArray.map { it.jsonObject }

fun JsonObject.number(name: String) = getValue(name).jsonPrimitive.double

private fun JsonObject.text(name: String) = getValue(name).jsonPrimitive.content
