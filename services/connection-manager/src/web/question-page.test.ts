import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { type Asking, answerQuestionPage } from './question-page.ts'

/** What is answered to a request, in one line. */
function page(
  reply: Awaited<ReturnType<Asking['answerQuestion']>> | Error,
  method = 'GET',
  body = '',
): Promise<string> {
  const answerQuestion: Asking['answerQuestion'] = async () => {
    if (reply instanceof Error) throw reply
    return reply
  }
  return new Promise((resolve) => {
    let status = 0
    const response = {
      writeHead: (code: number) => {
        status = code
      },
      end: (text: string) => resolve(`${status} ${text}`),
    } as unknown as ServerResponse
    const request = Object.assign(Readable.from([Buffer.from(body)]), { method }) as unknown as IncomingMessage
    answerQuestionPage({ answerQuestion }, { token: 't', request, response, received: () => {} })
  })
}

const asked = { ok: true, condition: '', room: 'a<b@rooms.example', question: 'Is 1 < 2 & "so"?' }

test('a question is shown as text, whatever is in it', async () => {
  const shown = await page(asked)
  assert.match(shown, /^200 .*<label>Is 1 &lt; 2 &amp; &quot;so&quot;\?/)
  assert.match(await page(asked, 'POST', 'answer=yes'), /^200 .*a&lt;b@rooms\.example/)
  // Nothing was answered.
  assert.match(await page(asked, 'POST', 'other=1'), /^200 .*<form/)
})

test('what can’t be answered says so', async () => {
  const refused = (condition: string) => ({ ...asked, ok: false, condition })
  assert.match(await page(refused('not-acceptable'), 'POST', 'answer=x'), /^200 .*not the answer.*<form/)
  assert.match(await page(refused('item-not-found')), /^404 /)
  assert.match(await page(refused('recipient-unavailable'), 'POST', 'answer=x'), /^503 /)
  assert.match(await page(new Error('away')), /^503 /)
  assert.match(await page(asked, 'PUT'), /^405 /)
  assert.match(await page(asked, 'POST', `answer=${'x'.repeat(5_000)}`), /^413 /)
})
