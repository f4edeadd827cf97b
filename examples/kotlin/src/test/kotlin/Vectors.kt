package mdinference

import java.io.File
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.boolean
import kotlinx.serialization.json.double
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.DynamicTest

/** One of the files of test vectors. */
fun vectors(name: String) =
    Node(Json.parseToJsonElement(File("../../test/vectors/$name.json").readText()))

/** A part of a file of test vectors. */
class Node(private val json: JsonElement) {
    val text get() = json.jsonPrimitive.content
    val number get() = json.jsonPrimitive.double
    val int get() = json.jsonPrimitive.int
    val isTrue get() = json.jsonPrimitive.boolean
    val list get() = json.jsonArray.map(::Node)
    val texts get() = json.jsonObject.mapValues { it.value.jsonPrimitive.content }
    val orNull get() = takeIf { json !is JsonNull }

    operator fun get(name: String) = Node(json.jsonObject[name] ?: JsonNull)

    fun number(name: String) = this[name].number

    fun int(name: String) = this[name].int

    override fun toString() = json.toString()
}

/** A test for each case of a kind, of which there has to be one. */
fun testsOf(cases: Node, test: (Node) -> Unit): List<DynamicTest> {
    val tests = cases.list.map { DynamicTest.dynamicTest(it["name"].orNull?.text ?: "$it") { test(it) } }
    check(tests.isNotEmpty())
    return tests
}

fun assertClose(expected: Node, given: Double, tolerance: Double = 1e-6) =
    assertEquals(expected.number, given, tolerance)
