import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ensureBare, ensureFull } from '@heliograph/jid'
import { questionToken, readQuestionToken } from './question-token.ts'

test('the token of a page says what was asked of whom, and nothing else is one', () => {
  const asked = {
    room: ensureBare('cave@rooms.example'),
    client: ensureFull('hag@coven.example/pda'),
    challenge: '0.1.x',
  }
  assert.deepEqual(readQuestionToken(questionToken(asked)), asked)
  const others = [
    '',
    'a\nb',
    'cave@rooms.example\nhag@coven.example\n0.1.x',
    'cave@rooms.example\nhag@coven.example/pda\n',
  ]
  for (const text of [...others, 'cave@rooms.example\nhag@coven.example/pda\nx\ny', '@\nhag@coven.example/pda\nx'])
    assert.equal(readQuestionToken(Buffer.from(text).toString('base64url')), undefined, text)
})
