import { defineModule, type Outcome, refuse, reply } from '@heliograph/module'
import { el, NS, type Stanza } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import type { IqContext } from '../modules/iq-context.ts'
import { type OwnContext, onOwnGet, onOwnSet } from '../modules/own.ts'
import { type ArchivePreferences, KEEP_ALL, readPreferences } from './preferences.ts'

const PREFS = `{${NS.mam}}prefs`

/** XEP-0441: Message Archive Management Preferences. */
export const archivePreferences = defineModule<IqContext>({
  name: 'archive-preferences',
  xeps: [{ number: '0441', version: '0.2.0' }],
  iq: [...onOwnGet(PREFS, tell), ...onOwnSet(PREFS, change)],
})

function tell(_request: Stanza, { user }: OwnContext): Outcome {
  return reply(element(user.archiving ?? KEEP_ALL))
}

/** What was on its way already is archived as it would have been before. */
function change(request: Stanza, context: OwnContext): Outcome | Promise<Outcome> {
  const { user, session } = context
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
