// Confirms counterexamples over plain CertLogic with the npm package certlogic-js: whoever is said to accept the data
// accepts it, and exactly the rules that are said to refuse it do.
// Usage: node confirm.mjs FOLDER_OF_CERTLOGIC_JS < counterexamples.ndjson
import { createInterface } from 'node:readline'
import { createRequire } from 'node:module'

const require = createRequire(process.argv[2] + '/')
const { evaluate } = require('certlogic-js')

function holds(logic, data) {
  try {
    return evaluate(logic, data) === true
  } catch (error) {
    return false
  }
}

let confirmed = 0
let failed = 0
for await (const line of createInterface({ input: process.stdin })) {
  if (line === '') continue
  const { set, rules, accepted_by: other, accepting, data, refusing } = JSON.parse(line)
  const refused = Object.keys(rules).filter((id) => !holds(rules[id], data))
  const others = Object.keys(accepting ?? {}).filter((id) => !holds(accepting[id], data))
  if (refused.length > 0 && others.length === 0 && JSON.stringify(refused.sort()) === JSON.stringify(refusing.sort())) {
    confirmed += 1
    continue
  }
  failed += 1
  if (failed <= 10) console.log(`${set} ${other ?? ''}: certlogic-js refuses by ${refused}, we by ${refusing}; ${other ?? ''} refuses by ${others}: ${JSON.stringify(data.payload)}`)
}
console.log(`${confirmed} counterexamples confirmed by certlogic-js, ${failed} not`)
process.exit(failed === 0 && confirmed > 0 ? 0 : 1)
