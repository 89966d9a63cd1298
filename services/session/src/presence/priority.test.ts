import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stanza } from '../../test/support/people.ts'
import { priorityOf } from './priority.ts'

const cases: [content: string, priority: number][] = [
  ['', 0],
  ['<priority>5</priority>', 5],
  ['<priority>-128</priority>', -128],
  ['<priority> 127 </priority>', 127],
  ['<priority>+1</priority>', 1],
  ['<priority>128</priority>', 0],
  ['<priority>-129</priority>', 0],
  ['<priority>high</priority>', 0],
  ['<priority/>', 0],
  ["<priority xmlns='urn:other'>5</priority>", 0],
]

for (const [content, priority] of cases) {
  test(`priority of ${content || 'nothing'} (RFC 6121 §4.7.2.3)`, () => {
    assert.equal(priorityOf(stanza(`<presence>${content}</presence>`)), priority)
  })
}
