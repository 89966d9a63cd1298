import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NS, readStanza } from '@heliograph/stanza'
import { type Fate, fateOf } from './fate.ts'

const HINT = (name: string) => `<${name} xmlns='${NS.hints}'/>`
const FATES: readonly [content: string, logged: Fate, unlogged: Fate][] = [
  ['<body>hi</body>', 'archived', 'carried'],
  ['<subject>hi</subject>', 'archived', 'carried'],
  ['<subject/>', 'archived', 'carried'],
  [`<reactions xmlns='${NS.reactions}' id='1'><reaction>!</reaction></reactions>`, 'archived', 'carried'],
  [`<retract xmlns='${NS.retraction}' id='1'/>`, 'archived', 'carried'],
  [`<x xmlns='urn:example'/>${HINT('store')}`, 'archived', 'carried'],
  [`<composing xmlns='${NS.chatStates}'/>`, 'passing', 'passing'],
  [`<body>hi</body>${HINT('no-permanent-store')}`, 'carried', 'carried'],
  [`<body>hi</body>${HINT('no-store')}`, 'passing', 'passing'],
]

for (const [content, logged, unlogged] of FATES)
  test(`${content.slice(0, 40)}: ${logged}, in a room without an archive ${unlogged}`, () => {
    const message = readStanza(Buffer.from(`<message type='groupchat'>${content}</message>`))
    assert.equal(fateOf(message, true), logged)
    assert.equal(fateOf(message, false), unlogged)
  })
