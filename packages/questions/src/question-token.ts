import { type BareJid, type FullJid, isFull, parseBare, parseJid } from '@heliograph/jid'

/** Where edges show a question to web browsers. */
export const QUESTION_PATH = '/room-question/'

export interface AskedQuestion {
  readonly room: BareJid
  readonly client: FullJid
  readonly challenge: string
}

/** What the address of a question's page ends with. It says nothing that the client didn't know; the challenge in it is signed. */
export function questionToken({ room, client, challenge }: AskedQuestion): string {
  return Buffer.from([room, client, challenge].join('\n')).toString('base64url')
}

/** Undefined: none. */
export function readQuestionToken(token: string): AskedQuestion | undefined {
  const [room = '', client = '', challenge = '', more] = Buffer.from(token, 'base64url').toString().split('\n')
  const [bare, full] = [parseBare(room), parseJid(client)]
  if (bare === undefined || full === undefined || !isFull(full) || challenge === '' || more !== undefined)
    return undefined
  return { room: bare, client: full, challenge }
}
