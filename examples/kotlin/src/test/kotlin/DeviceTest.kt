package mdinference

import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.TestFactory

/** What a real model on the device needs. */
class DeviceTest {
    @TestFactory
    fun chances() = testsOf(vectors("chance")["reliabilities"]) { case ->
        val bins = case["reliability"]["bins"].list
            .map { Bin(it.number("from"), it.int("count"), it.int("right")) }
        for (chance in case["chances"].list) {
            assertClose(chance["chance"], chanceOfBeingRight(bins, chance.number("score")), 1e-9)
        }
    }

    @TestFactory
    fun decisions() = testsOf(vectors("chance")["decisions"]) { case ->
        val bestPct = case["models"].orNull?.let { models ->
            val served = models.list.map {
                val isLatencyOnly = it["latencyOnly"].orNull?.isTrue ?: false
                val isOpen = it["breaker"].orNull?.text == "open"
                val isAsked = !isLatencyOnly && !isOpen
                ServedModel("", it.number("accuracyPct"), it.number("meanMs"), 0.0, isAsked = isAsked)
            }
            val leftMs = case.number("slaMs") - case.number("deviceMs")
            bestAccuracyPct(served, leftMs, case.number("roundTripMs"))
        }
        case["bestAccuracyPct"].orNull?.let { assertEquals(it.number, bestPct) }
        val sureFrom = case["sureFrom"].orNull?.number ?: ((bestPct ?: 100.0) / 100)
        assertEquals(case["uploads"].isTrue, case.number("chance") < sureFrom)
    }

    @TestFactory
    fun tensors() = testsOf(vectors("preprocessing")["tensors"]) { case ->
        val pixels = case["pixels"].let {
            Pixels(it.int("width"), it.int("height"), it["data"].list.map { at -> at.int }.toIntArray())
        }
        val expected = case["tensor"]["data"].list
        val given = tensorOf(pixels, preprocessingOf(case["preprocessing"]))
        assertEquals(expected.size, given.size)
        expected.zip(given.toList()) { a, b -> assertClose(a, b.toDouble(), 1e-5) }
    }

    @TestFactory
    fun crops() = testsOf(vectors("preprocessing")["crops"]) { case ->
        val (image, crop) = listOf(case["image"], case["crop"])
        val given = cropOf(
            image.int("width"),
            image.int("height"),
            crop.int("width"),
            crop.int("height"),
            crop["resizeShorterSide"].orNull?.int ?: 0,
        )
        val (scaled, region) = listOf(case["scaled"], case["scaledRegion"])
        val expected =
            Crop(scaled.int("width"), scaled.int("height"), region.int("x"), region.int("y"))
        assertEquals(expected, given)
    }

    @TestFactory
    fun predictions() = testsOf(vectors("predictions")["outputs"]) { case ->
        val output = case["output"].list.map { it.number }
        val labels = case["labels"].list.map { it.text }
        val given = topPredictions(output, labels, case["kind"].text != "logits")
        val expected = case["predictions"].list
        assertEquals(expected.map { it.int("index") to it["label"].text }, given.map { it.index to it.label })
        expected.zip(given) { a, b -> assertClose(a["score"], b.score, 1e-9) }
    }

    @TestFactory
    fun backgrounds() = testsOf(vectors("predictions")["backgrounds"]) { case ->
        val output = case["output"].list.map { it.number }
        val isFirst = case["backgroundClass"].text == "first"
        val given = withoutBackground(output, isFirst, case["kind"].text == "probabilities")
        assertEquals(case["scores"].list.map { it.number }, given)
    }

    @TestFactory
    fun kinds() = testsOf(vectors("predictions")["kinds"]) { case ->
        val output = case["output"].list.map { it.number }
        assertEquals(case["kind"].text == "probabilities", areProbabilities(output))
    }

    private fun preprocessingOf(json: Node) = Preprocessing(
        isBgr = json["color"].orNull?.text == "BGR",
        isPlanar = json["layout"].orNull?.text == "NCHW",
        isUint8 = json["dtype"].orNull?.text != "float32",
        scale = json["scale"].orNull?.number ?: 1.0,
        mean = json["mean"].orNull?.list?.map { it.number } ?: listOf(0.0, 0.0, 0.0),
        std = json["std"].orNull?.list?.map { it.number } ?: listOf(1.0, 1.0, 1.0),
    )
}
