import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AnswerQuestionReply, RoomsAdmin } from '@heliograph/rpc'
import { readBody } from './read-body.ts'

const BODY_BYTES = 4_096
/** It needs nothing from anywhere, and is nobody's frame. Its address is for whoever was asked. */
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
}

/** Who asks in the name of rooms. */
export type Asking = Pick<RoomsAdmin, 'answerQuestion'>

/** The page of a question for those whose clients show none (XEP-0158 §3.2): GET shows it, POST takes the answer. */
export function answerQuestionPage(
  rooms: Asking,
  {
    token,
    request,
    response,
    received,
  }: {
    readonly token: string
    readonly request: IncomingMessage
    readonly response: ServerResponse
    /** All of the request has come. */
    readonly received: () => void
  },
): void {
  const ask = (answer: string) => {
    received()
    rooms.answerQuestion({ token, answer, localOnly: false }).then(
      (reply) => send(response, ...pageOf(reply, answer)),
      () => send(response, 503, text('This can’t be answered just now. Please try again.')),
    )
  }
  if (request.method === 'GET') return ask('')
  if (request.method !== 'POST') return send(response, 405, text('Not here.'))
  readBody(request, BODY_BYTES, {
    done: (body) => ask(new URLSearchParams(body.toString()).get('answer')?.trim() ?? ''),
    tooLarge: () => send(response, 413, text('That is too long.')),
  })
}

function pageOf({ ok, condition, room, question }: AnswerQuestionReply, answer: string): [number, string] {
  if (ok && answer !== '')
    return [200, text(`Thank you. You may enter ${room} now; if you are not there yet, enter once more.`)]
  if (ok) return [200, form(question)]
  if (condition === 'not-acceptable') return [200, `${text('That is not the answer.')}${form(question)}`]
  if (condition === 'item-not-found')
    return [404, text('There is no such question any more. Please enter the room again.')]
  return [503, text('This can’t be answered just now. Please try again.')]
}

const text = (words: string): string => `<p>${escaped(words)}</p>`
const form = (question: string): string =>
  `<form method="post"><label>${escaped(question)} <input name="answer" required autofocus maxlength="100"></label> <button>Answer</button></form>`

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, HEADERS)
  response.end(
    `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>A question</title>${body}</html>`,
  )
}
