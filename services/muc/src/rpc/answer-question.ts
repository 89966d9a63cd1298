import { bareOf } from '@heliograph/jid'
import type { AskedQuestion } from '@heliograph/questions'
import type { AnswerQuestionReply } from '@heliograph/rpc'
import type { MucContext } from '../context.ts'
import { judge } from '../entering/captcha-module.ts'
import { inMailbox } from './in-mailbox.ts'

/** What somebody is asked who looks at the page of a question; with an answer, what that is worth to him at a room that is owned here. */
export async function answerHere(
  context: MucContext,
  { room: jid, client, challenge }: AskedQuestion,
  answer: string,
): Promise<AnswerQuestionReply> {
  const question = context.challenges.asked(jid, bareOf(client), challenge)
  if (question === undefined) return { ok: false, condition: 'item-not-found', room: '', question: '' }
  const shown = { room: jid, question }
  if (answer === '') return { ok: true, condition: '', ...shown }
  return inMailbox(context, jid, async (room) => {
    if (room.details === 'absent') return { ok: false, condition: 'item-not-found', ...shown }
    const outcome = await judge(context, room, client, { challenge, answer })
    if (outcome === 'passed') return { ok: true, condition: '', ...shown }
    return { ok: false, condition: outcome === 'wrong' ? 'not-acceptable' : 'item-not-found', ...shown }
  })
}
