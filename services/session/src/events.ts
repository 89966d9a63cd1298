import type { StanzaCondition } from '@heliograph/stanza'
import type { Metrics } from '@heliograph/telemetry'

/** What this service counts; one method a business event. */
export type SessionEvents = ReturnType<typeof sessionEvents>

export function sessionEvents(metrics: Metrics) {
  const counter = (name: string, help: string, labels?: Readonly<Record<string, string>>) =>
    metrics.counter(`heliograph_session_${name}`, help, labels)
  const opened = counter('opened_total', 'Sessions bound')
  const ended = counter('ended_total', 'Sessions ended')
  const hibernated = counter('hibernated_total', 'Sessions whose stream was lost and which may be resumed')
  const resumed = counter('resumed_total', 'Sessions resumed')
  const resumeFailed = counter('resume_failed_total', 'Resumptions refused')
  const announced = counter('announced_total', 'Sessions completed by an edge after a change of owner')
  const caughtUp = counter('caught_up_total', 'Messages delivered from the archive after a change of owner')
  const archiveFull = counter('archive_full_total', 'Messages not taken because the archive queue was at its bound')
  const archivePurged = counter('archive_purged_total', 'Messages removed from archives because they were too old')
  const bouncedExpired = metrics.counter('heliograph_session_bounced_total', 'Stanzas bounced', { reason: 'expired' })
  const bouncedFull = metrics.counter('heliograph_session_bounced_total', 'Stanzas bounced', { reason: 'full' })
  const choresFull = counter('chores_full_total', 'Requests refused because too much of their user waits for storage')
  const probesRefused = counter(
    'probes_refused_total',
    'Probes not answered, and presence not shown, because too much waits for their user',
  )
  const earlyDropped = counter(
    'early_dropped_total',
    'Parcels lost because too many wait for sessions that edges may still announce',
  )
  const reports = (kind: string) =>
    counter('abuse_reports_total', 'Reports of spam and abuse that came with a block (XEP-0377)', { kind })
  const reported = {
    spam: reports('spam'),
    abuse: reports('abuse'),
    other: reports('other'),
    refused: reports('refused'),
  }
  const listedRefused = counter(
    'listed_refused_total',
    'Stanzas of strangers not let in because a block list names them',
  )
  const strangersRefused = counter('strangers_refused_total', 'Messages and requests of strangers not let in')
  const invites = (outcome: string) =>
    counter('invites_total', 'Invitations made, and used to make an account or to get on a roster, or refused', {
      outcome,
    })
  const invited = {
    created: invites('created'),
    registered: invites('registered'),
    joined: invites('joined'),
    refused: invites('refused'),
  }
  const refusals = (reason: string) =>
    counter('registrations_refused_total', 'Accounts not made in-band because of too many, or because of the name', {
      reason,
    })
  const registrations = {
    address: refusals('address'),
    network: refusals('network'),
    total: refusals('total'),
    invite: refusals('invite'),
    answer: refusals('answer'),
    name: refusals('name'),
  }
  const shaped = (reason: string) =>
    counter('shaped_total', 'Times that a client was not to be read for a while because its user sends too much', {
      reason,
    })
  const shapes = { stanzas: shaped('stanzas'), bytes: shaped('bytes') }
  const overflowed = counter('overflowed_total', 'Sessions closed because their client did not acknowledge')
  const kept = counter('kept_back_total', 'Stanzas that inactive clients are told later')
  const replaced = counter(
    'kept_back_replaced_total',
    'Stanzas that inactive clients are never told, because newer ones say it',
  )
  const woken = (reason: string) =>
    metrics.counter('heliograph_session_woken_total', 'Times that an inactive client was sent something', { reason })
  const wakes = { urgent: woken('urgent'), full: woken('full') }
  const slots = (outcome: string) =>
    metrics.counter('heliograph_session_upload_slots_total', 'Requests for room for a file', { outcome })
  const filesRemoved = counter('uploads_removed_total', 'Uploaded files removed because they had expired')
  return {
    listedRefused: () => listedRefused.add(),
    slotAsked: (outcome: 'given' | StanzaCondition) => slots(outcome).add(),
    fileRemoved: () => filesRemoved.add(),
    sessionOpened: () => opened.add(),
    sessionEnded: () => ended.add(),
    hibernated: () => hibernated.add(),
    resumed: () => resumed.add(),
    resumeFailed: () => resumeFailed.add(),
    announced: () => announced.add(),
    caughtUp: (messages: number) => caughtUp.add(messages),
    archiveFull: () => archiveFull.add(),
    archivePurged: (rows: number) => archivePurged.add(rows),
    bounced: (reason: 'expired' | 'full') => (reason === 'expired' ? bouncedExpired : bouncedFull).add(),
    overflowed: () => overflowed.add(),
    keptBack: (how: 'held' | 'replaced') => {
      kept.add()
      if (how === 'replaced') replaced.add()
    },
    woken: (reason: 'urgent' | 'full') => wakes[reason].add(),
    invite: (outcome: keyof typeof invited) => invited[outcome].add(),
    registrationRefused: (reason: keyof typeof registrations) => registrations[reason].add(),
    shaped: (reason: keyof typeof shapes) => shapes[reason].add(),
    choresFull: () => choresFull.add(),
    strangerRefused: () => strangersRefused.add(),
    abuseReported: (kind: keyof typeof reported) => reported[kind].add(),
    probeRefused: () => probesRefused.add(),
    earlyDropped: () => earlyDropped.add(),
  }
}
