import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stanza } from '../../test/support/people.ts'
import { isArchivable, isOfflineStorable } from './eligibility.ts'

const cases: [attributes: string, content: string, kept: boolean][] = [
  ['', '<body>hello</body>', true],
  ["type='chat'", '<body>hello</body>', true],
  ["type='normal'", '<body>hello</body>', true],
  ["type='chat'", "<composing xmlns='http://jabber.org/protocol/chatstates'/>", false],
  ["type='chat'", "<received xmlns='urn:xmpp:receipts' id='1'/>", true],
  ["type='chat'", "<encrypted xmlns='eu.siacs.conversations.axolotl'/>", true],
  ["type='chat'", "<foo xmlns='urn:foo'/><store xmlns='urn:xmpp:hints'/>", true],
  ["type='chat'", "<body>psst</body><no-store xmlns='urn:xmpp:hints'/>", false],
  ["type='chat'", "<body>psst</body><no-permanent-store xmlns='urn:xmpp:hints'/>", false],
  ["type='headline'", '<body>news</body>', false],
  ["type='groupchat'", '<body>all</body>', false],
  ["type='error'", '<body>hello</body>', false],
  ['', "<result xmlns='urn:xmpp:mam:2'/>", false],
  ['', "<body xmlns='http://www.w3.org/1999/xhtml'>x</body>", false],
]

for (const [attributes, content, kept] of cases) {
  test(`${kept ? 'kept' : 'not kept'}: ${attributes} ${content}`, () => {
    assert.equal(isArchivable(stanza(`<message ${attributes}>${content}</message>`)), kept)
  })
}

test('what may be stored, but not for good, waits for its receiver; what may not be stored does not', () => {
  const hinted = (hint: string) =>
    stanza(`<message type='chat'><body>psst</body><${hint} xmlns='urn:xmpp:hints'/></message>`)
  assert.equal(isOfflineStorable(hinted('no-permanent-store')), true)
  assert.equal(isOfflineStorable(hinted('no-store')), false)
  assert.equal(isOfflineStorable(hinted('store')), true)
})
