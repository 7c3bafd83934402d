// Compares our CertLogic with the npm package certlogic-js: the error-path cases, then random expressions from stdin.
// Usage: node check.mjs CASES.json < random.ndjson
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { isDeepStrictEqual } from 'node:util'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { evaluate } = require('certlogic-js')
const { validateFormat } = require('certlogic-js/dist/validation/index.js')

// As JSON would carry it: date-times as strings, an Invalid Date as null, a function as nothing.
const asJson = (value) => (value === undefined ? null : JSON.parse(JSON.stringify(value) ?? 'null'))

function theirs(expression, data) {
  try {
    return { value: asJson(evaluate(expression, data)) }
  } catch (error) {
    return { throws: true }
  }
}

// What each side may do differently on purpose. Everything else must be equal.
const intended = [
  { name: 'a date that does not exist is an error, not an Invalid Date or the next month', fits: (ours) => ours.error === 'rules.invalid_date' },
  { name: '=== and in do not compare arrays, objects and date-times', fits: (ours) => ours.error === 'rules.wrong_type' && /"===" does not compare|"in" does not look for/.test(ours.message) },
  { name: 'the validator refuses === and in on arrays and date-times', fits: (ours) => ours.refused && /compares strings, integers, booleans and null only/.test(ours.message) },
]

let passed = 0
let failed = 0
function report(text) {
  failed += 1
  if (failed <= 20) console.log(text)
}

function checkCase(test) {
  const refusal = test.expect.refused_at !== undefined
  const actual = refusal
    ? validateFormat(test.expression).length > 0 ? { refused: true } : { valid: true }
    : theirs(test.expression, test.data)
  const same = refusal ? actual.refused === true
    : test.expect.error ? actual.throws === true
    : isDeepStrictEqual(actual.value, test.expect.value) && !actual.throws
  const good = test.certlogic_js === undefined
    ? same
    : !same && Boolean(test.why) && isDeepStrictEqual(actual, test.certlogic_js)
  if (good) passed += 1
  else report(`${test.name}: certlogic-js gives ${JSON.stringify(actual)}, the case says ${JSON.stringify(test.certlogic_js ?? test.expect)}`)
}

const cases = JSON.parse(readFileSync(process.argv[2], 'utf8')).cases
cases.forEach(checkCase)
const differing = cases.filter((test) => test.certlogic_js !== undefined).length
console.log(`error paths: ${cases.length} cases, ${differing} of them with an intended difference`)

const counts = { values: 0, errors: 0, refusals: 0 }
const differences = new Map(intended.map(({ name }) => [name, 0]))
let lines = 0

function checkRandom(line) {
  const { expression, data, result } = JSON.parse(line)
  lines += 1
  const actual = theirs(expression, data)
  if (result.refused && validateFormat(expression).length > 0) counts.refusals += 1
  else if (result.error && actual.throws) counts.errors += 1
  else if ('value' in result && 'value' in actual && isDeepStrictEqual(result.value, actual.value)) counts.values += 1
  else {
    const known = intended.find(({ fits }) => fits(result))
    if (!known) return report(`random: ${line}\n  certlogic-js gives ${JSON.stringify(actual)}`)
    differences.set(known.name, differences.get(known.name) + 1)
  }
  passed += 1
}

for await (const line of createInterface({ input: process.stdin })) if (line !== '') checkRandom(line)

console.log(`random: ${lines} expressions; equal values ${counts.values}, both errors ${counts.errors}, both refused ${counts.refusals}`)
for (const [name, count] of differences) console.log(`  intended difference, ${count} times: ${name}`)
// A generator that hardly ever gives a value would compare nothing.
if (lines === 0 || counts.values < lines / 3) report(`too few values were compared: ${counts.values} of ${lines}`)
console.log(`${passed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
