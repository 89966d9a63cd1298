import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inbound, outbound, type SubscriptionState, type SubscriptionType } from './subscription-state.ts'

type Cell = [next: string, pass: boolean]

/** RFC 6121 Appendix A: the nine states, as T(o) F(rom) O(ut pending) I(n pending). */
const STATES = ['', 'O', 'I', 'OI', 'T', 'TI', 'F', 'FO', 'TF'] as const

// Rows are events, columns the states above; each cell the next state and whether the stanza goes on.
const OUTBOUND: Record<SubscriptionType, Cell[]> = {
  subscribe: [
    ['O', true],
    ['O', true],
    ['OI', true],
    ['OI', true],
    ['T', true],
    ['TI', true],
    ['FO', true],
    ['FO', true],
    ['TF', true],
  ],
  unsubscribe: [
    ['', true],
    ['', true],
    ['I', true],
    ['I', true],
    ['', true],
    ['I', true],
    ['F', true],
    ['F', true],
    ['F', true],
  ],
  subscribed: [
    ['', false],
    ['O', false],
    ['F', true],
    ['FO', true],
    ['T', false],
    ['TF', true],
    ['F', false],
    ['FO', false],
    ['TF', false],
  ],
  unsubscribed: [
    ['', false],
    ['O', false],
    ['', true],
    ['O', true],
    ['T', false],
    ['T', true],
    ['', true],
    ['O', true],
    ['T', true],
  ],
}
const INBOUND: Record<SubscriptionType, Cell[]> = {
  subscribe: [
    ['I', true],
    ['OI', true],
    ['I', false],
    ['OI', false],
    ['TI', true],
    ['TI', false],
    ['F', false],
    ['FO', false],
    ['TF', false],
  ],
  unsubscribe: [
    ['', false],
    ['O', false],
    ['', true],
    ['O', true],
    ['T', false],
    ['T', true],
    ['', true],
    ['O', true],
    ['T', true],
  ],
  subscribed: [
    ['', false],
    ['T', true],
    ['I', false],
    ['TI', true],
    ['T', false],
    ['TI', false],
    ['F', false],
    ['TF', true],
    ['TF', false],
  ],
  unsubscribed: [
    ['', false],
    ['', true],
    ['I', false],
    ['I', true],
    ['', true],
    ['I', true],
    ['F', false],
    ['F', true],
    ['F', true],
  ],
}

const read = (text: string): SubscriptionState => ({
  to: text.includes('T'),
  from: text.includes('F'),
  pendingOut: text.includes('O'),
  pendingIn: text.includes('I'),
})

for (const [direction, apply, table] of [
  ['outbound', outbound, OUTBOUND],
  ['inbound', inbound, INBOUND],
] as const) {
  for (const type of Object.keys(table) as SubscriptionType[]) {
    test(`${direction} ${type}, state by state`, () => {
      STATES.forEach((state, column) => {
        const [next, pass] = table[type][column]!
        assert.deepEqual(apply(read(state), type), { state: read(next), pass }, `from "${state}"`)
      })
    })
  }
}
