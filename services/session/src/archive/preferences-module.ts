import { bareOf, trusted } from '@heliograph/jid'
import { defineModule, type Outcome, onGet, onSet, refuse, reply } from '@heliograph/module'
import { el, NS, type Stanza, stanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { IqContext } from '../modules/iq-context.ts'
import { type ArchivePreferences, KEEP_ALL, readPreferences } from './preferences.ts'

const PREFS = `{${NS.mam}}prefs`

/** XEP-0441: Message Archive Management Preferences. */
export const archivePreferences = defineModule<IqContext>({
  name: 'archive-preferences',
  xeps: [{ number: '0441', version: '0.2.0' }],
  iq: [
    onGet('account', PREFS, tell),
    onSet('account', PREFS, change),
    onGet('nobody', PREFS, notYours),
    onSet('nobody', PREFS, notYours),
  ],
})

function notYours(): Outcome {
  return refuse(stanzaError('forbidden'))
}

function isOwners(request: Stanza, { resource, user }: IqContext): boolean {
  return resource !== undefined && bareOf(trusted(request.from!)) === user.jid
}

function tell(request: Stanza, context: IqContext): Outcome {
  return isOwners(request, context) ? reply(element(context.user.archiving ?? KEEP_ALL)) : notYours()
}

/** What was on its way already is archived as it would have been before. */
function change(request: Stanza, context: IqContext): Outcome | Promise<Outcome> {
  const { user, session } = context
  if (!isOwners(request, context)) return notYours()
  const wanted = readPreferences(request.child('prefs', NS.mam)!)
  if ('condition' in wanted) return refuse(wanted)
  return context.chore(async () => {
    await session.archive.savePreferences(user.jid, wanted)
    user.archiving = wanted
    return reply(element(wanted))
  })
}

function element({ behaviour, always, never }: ArchivePreferences): Element {
  const list = (name: string, jids: ReadonlySet<string>) =>
    el(
      name,
      null,
      [...jids].map((jid) => el('jid', null, jid)),
    )
  return el('prefs', { xmlns: NS.mam, default: behaviour }, list('always', always), list('never', never))
}
