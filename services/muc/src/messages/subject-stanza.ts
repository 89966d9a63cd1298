import type { BareJid } from '@heliograph/jid'
import { delay, el, type Stanza, stanza } from '@heliograph/stanza'
import { occupantJid } from '../room.ts'
import type { Subject } from '../store/stored-room.ts'

/** What a room is about, as who enters is told (XEP-0045 §7.2.15): an empty one where nobody ever said. */
export function subjectStanza(room: BareJid, subject: Subject | undefined): Stanza {
  if (!subject) return stanza('message', { type: 'groupchat', from: room }, el('subject'))
  const from = subject.by === '' ? room : occupantJid(room, subject.by)
  return stanza('message', { type: 'groupchat', from }, el('subject', null, subject.text), delay(subject.at, room))
}
