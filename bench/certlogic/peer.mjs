// The work of src/rules/certlogic/certlogic_bench.cpp, done by certlogic-js. Prints evaluations per second and the
// number of true results. Usage: node peer.mjs FOLDER_OF_EU_RULES [SECONDS]
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(new URL('../../tests/certlogic-js/package.json', import.meta.url))
const { evaluate } = require('certlogic-js')

const folder = process.argv[2]
const seconds = Number(process.argv[3] ?? 2)
const read = (name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8'))
const valueSets = read('valuesets.json')
const work = []
for (const name of readdirSync(folder).filter((n) => n.endsWith('.json') && n !== 'valuesets.json').sort()) {
  const { rules, tests } = read(name)
  const logic = new Map(rules.map((rule) => [rule.Identifier, rule.Logic]))
  for (const test of tests) {
    const external = {}
    if (test.valueSets !== null) external.valueSets = valueSets[test.valueSets]
    if (test.validationClock !== undefined) external.validationClock = test.validationClock
    work.push([logic.get(test.ruleId), { payload: test.payload, external }])
  }
}

function round() {
  let truthy = 0
  for (const [expression, data] of work) if (evaluate(expression, data) === true) truthy += 1
  return truthy
}

for (let i = 0; i < 20; i += 1) round() // compiled and warm
let rounds = 0
let truthy = 0
const begin = process.hrtime.bigint()
let elapsed = 0
while (elapsed < seconds) {
  truthy = round()
  rounds += 1
  elapsed = Number(process.hrtime.bigint() - begin) / 1e9
}
console.log(JSON.stringify({ perSecond: Math.round((rounds * work.length) / elapsed), tests: work.length, true: truthy }))
