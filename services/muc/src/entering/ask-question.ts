import { bareOf, type FullJid } from '@heliograph/jid'
import { type Challenge, QUESTION_PATH, questionToken } from '@heliograph/questions'
import { el, formElement, NS, type Stanza, stanza } from '@heliograph/stanza'
import { type Arrived, say } from '../arrived.ts'
import type { MucContext } from '../context.ts'

/** Whether somebody is asked before he enters: not who is something in the room, nor who is in it. */
export function isToBeAsked({ challenges }: MucContext, { room, from }: Arrived): boolean {
  if (!room.about.config.captchaProtected || !challenges.areAsked) return false
  return room.affiliationOf(from) === 'none' && !room.occupants.by(from)
}

/** Lets in who has answered lately, and asks anybody else (XEP-0158 §5). With what he came is remembered until he answers. */
export async function askFirst(context: MucContext, arrived: Arrived, letIn: () => void): Promise<void> {
  const { room, from, taken } = arrived
  const { challenges } = context
  const user = bareOf(from)
  if (await challenges.hasPassed(room.jid, user)) return letIn()
  const challenge = challenges.ask(room.jid, user)
  challenges.await(arrived, challenge.id, performance.now())
  context.events.asked('asked')
  say(context, room, challengeStanza(context, arrived, challenge))
  taken()
}

/** XEP-0158 §3.2 */
function challengeStanza(
  { config: { publicUrl } }: MucContext,
  { room, from, stanza: presence }: Arrived,
  { id, question }: Challenge,
): Stanza {
  const token = questionToken({ room: room.jid, client: from as FullJid, challenge: id })
  const url = publicUrl && new URL(`${QUESTION_PATH}${token}`, publicUrl).href
  const where = url === undefined ? '' : ` Where your client can’t: ${url}`
  const fields = [
    { var: 'from', type: 'hidden', values: [presence.to!] } as const,
    { var: 'challenge', type: 'hidden', values: [id] } as const,
    ...(presence.id === undefined ? [] : [{ var: 'sid', type: 'hidden', values: [presence.id] } as const]),
    { var: 'qa', type: 'text-single', label: question, required: true } as const,
  ]
  const form = formElement({ type: 'form', formType: NS.captcha, fields })
  return stanza(
    'message',
    { id, from: room.jid, to: from },
    el('body', null, `Before you may enter ${room.jid} please answer: ${question}${where}`),
    url === undefined ? undefined : el('x', { xmlns: NS.outOfBand }, el('url', null, url)),
    el('captcha', { xmlns: NS.captcha }, form),
    el('no-store', { xmlns: NS.hints }),
  )
}
