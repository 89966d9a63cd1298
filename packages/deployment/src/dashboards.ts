/** A graph: its title, the unit of Grafana, and lines of an expression and what each is called. */
export interface Graph {
  readonly title: string
  readonly unit: string
  readonly lines: readonly (readonly [expression: string, legend: string])[]
}

/** A dashboard by its name; the graphs in reading order, two a row. */
export interface Dashboard {
  readonly name: string
  readonly title: string
  readonly graphs: readonly Graph[]
}

const graph = (title: string, unit: string, ...lines: Graph['lines']): Graph => ({ title, unit, lines })
/** Sums of a metric, of a counter by the second. */
const sum = (metric: string, by = 'service') => `sum by (${by}) (${metric}{$of})`
const rate = (metric: string, by = 'service') => `sum by (${by}) (rate(${metric}{$of}[$__rate_interval]))`
const quantile = (q: number, metric: string) =>
  `histogram_quantile(${q}, sum by (le) (rate(${metric}_bucket{$of}[$__rate_interval])))`
const quantiles = (metric: string): Graph['lines'] => [0.5, 0.95, 0.99].map((q) => [quantile(q, metric), `p${q * 100}`])

/** What the dashboards show. `$of` stands for the matchers of the namespace. */
export const dashboards: readonly Dashboard[] = [
  {
    name: 'overview',
    title: 'Heliograph / Overview',
    graphs: [
      graph('Connections', 'short', [sum('heliograph_edge_connections', 'transport'), '{{transport}}']),
      graph('Users in memory', 'short', [sum('heliograph_session_users'), 'users']),
      graph('Stanzas of clients', 'ops', [rate('heliograph_edge_stanzas_total', 'direction'), '{{direction}}']),
      graph('From a stanza to its custody', 's', ...quantiles('heliograph_edge_custody_wait_seconds')),
      graph('Partitions served', 'short', [sum('heliograph_partitions_held'), '{{service}}']),
      graph('Event loop busy', 'percentunit', [
        'max by (service) (heliograph_event_loop_utilisation_ratio{$of})',
        '{{service}}',
      ]),
      graph('Stanzas bounced', 'ops', [rate('heliograph_session_bounced_total', 'reason'), '{{reason}}']),
      graph('CPU', 'short', [rate('process_cpu_seconds_total'), '{{service}}']),
      graph('Memory', 'bytes', [sum('process_resident_memory_bytes'), '{{service}}']),
      graph('Event loop late', 's', ['max by (service) (heliograph_event_loop_lag_seconds{$of})', '{{service}}']),
    ],
  },
  {
    name: 'edge',
    title: 'Heliograph / Edges',
    graphs: [
      graph('Connections', 'short', [sum('heliograph_edge_connections', 'pod, instance'), '{{pod}}{{instance}}']),
      graph(
        'Accepted, rejected',
        'ops',
        [rate('heliograph_edge_accepted_total'), 'accepted'],
        [rate('heliograph_edge_rejected_total', 'reason'), '{{reason}}'],
      ),
      graph(
        'Authentications',
        'ops',
        [rate('heliograph_edge_authentications_total', 'mechanism'), '{{mechanism}}'],
        [rate('heliograph_edge_authentication_failures_total'), 'failed'],
      ),
      graph('Resumptions', 'ops', [rate('heliograph_edge_resumes_total', 'outcome'), '{{outcome}}']),
      graph('Not in custody', 'short', [sum('heliograph_edge_in_flight_stanzas'), 'stanzas']),
      graph('Not acknowledged by clients', 'short', [sum('heliograph_edge_unacknowledged_stanzas'), 'stanzas']),
      graph('Waits for the network', 'bytes', [sum('heliograph_edge_write_queue_bytes'), 'bytes']),
      graph(
        'Held up',
        'ops',
        [rate('heliograph_edge_stalls_total'), 'custody'],
        [rate('heliograph_edge_slow_readers_total'), 'slow readers'],
      ),
      graph('Bytes', 'Bps', [rate('heliograph_edge_bytes_total', 'direction'), '{{direction}}']),
      graph('Days left of certificates', 'short', [
        'min by (domain) (heliograph_edge_certificate_days_left{$of})',
        '{{domain}}',
      ]),
    ],
  },
  {
    name: 'owners',
    title: 'Heliograph / Owners',
    graphs: [
      graph('Users in memory', 'short', [sum('heliograph_session_users', 'pod, instance'), '{{pod}}{{instance}}']),
      graph(
        'Sessions',
        'ops',
        [rate('heliograph_session_opened_total'), 'opened'],
        [rate('heliograph_session_hibernated_total'), 'lost'],
        [rate('heliograph_session_resumed_total'), 'resumed'],
        [rate('heliograph_session_ended_total'), 'ended'],
      ),
      graph(
        'Waits for users',
        'short',
        [sum('heliograph_session_queued'), 'stanzas'],
        [sum('heliograph_session_loads_waiting'), 'to be loaded'],
      ),
      graph('Kept for sessions', 'bytes', [sum('heliograph_session_queued_bytes'), 'bytes']),
      graph(
        'Partitions that change hands',
        'ops',
        [rate('heliograph_ownership_handed_over_total'), 'handed over'],
        [rate('heliograph_ownership_usurped_total'), 'taken over'],
        [rate('heliograph_ownership_lost_total'), 'lost'],
      ),
      graph('Not taken by receivers', 'short', [sum('heliograph_router_outstanding'), '{{service}}']),
      graph(
        'Bounds',
        'ops',
        [rate('heliograph_router_full_total'), 'router {{service}}'],
        [rate('heliograph_bus_refusals_total'), 'bus {{service}}'],
        [rate('heliograph_session_overflowed_total'), 'unacknowledged'],
      ),
      graph(
        'Links',
        'ops',
        [rate('heliograph_bus_frames_total'), 'frames {{service}}'],
        [rate('heliograph_bus_resends_total'), 'sent again {{service}}'],
      ),
      graph('On block lists', 'short', ['max(heliograph_session_listed{$of})', 'addresses and domains']),
      graph('Strangers refused by block lists', 'ops', [rate('heliograph_session_listed_refused_total'), 'stanzas']),
      graph('Administration over HTTP', 'ops', [rate('heliograph_admin_requests_total', 'status'), '{{status}}']),
    ],
  },
  {
    name: 'fanout',
    title: 'Heliograph / Presence',
    graphs: [
      graph('Lag', 's', ...quantiles('heliograph_fanout_lag_seconds')),
      graph(
        'Changes',
        'ops',
        [rate('heliograph_fanout_changes_total'), 'sent'],
        [rate('heliograph_fanout_damped_total'), 'damped'],
      ),
      graph('Watchers a change', 'short', [
        'sum(rate(heliograph_fanout_recipients_total{$of}[$__rate_interval])) / sum(rate(heliograph_fanout_changes_total{$of}[$__rate_interval]))',
        'watchers',
      ]),
      graph('Envelopes', 'ops', [rate('heliograph_fanout_frames_total'), 'envelopes']),
      graph('Waits', 'short', [sum('heliograph_fanout_waiting'), 'changes and probes']),
      graph('Publishers in memory', 'short', [sum('heliograph_fanout_publishers'), 'publishers']),
    ],
  },
  {
    name: 'rooms',
    title: 'Heliograph / Rooms and nodes',
    graphs: [
      graph(
        'Rooms, occupants',
        'short',
        [sum('heliograph_muc_rooms'), 'rooms'],
        [sum('heliograph_muc_occupants'), 'occupants'],
      ),
      graph(
        'Messages, copies',
        'ops',
        [rate('heliograph_muc_messages_total'), 'messages'],
        [rate('heliograph_muc_copies_total'), 'copies'],
      ),
      graph(
        'Waits',
        'short',
        [sum('heliograph_muc_waiting'), 'mailboxes'],
        [sum('heliograph_muc_archive_waiting'), 'to be stored'],
        [sum('heliograph_muc_unsaid'), 'to be said'],
      ),
      graph(
        'Refused',
        'ops',
        [rate('heliograph_muc_slowed_total'), 'too fast'],
        [rate('heliograph_muc_refused_total'), 'otherwise'],
        [rate('heliograph_muc_full_total'), 'full'],
        [rate('heliograph_muc_listed_refused_total'), 'on block lists'],
      ),
      graph('Questions', 'ops', [rate('heliograph_muc_questions_total', 'outcome'), '{{outcome}}']),
      graph(
        'Parcels not taken',
        'short',
        [sum('heliograph_distribution_outstanding'), '{{service}}'],
        [sum('heliograph_distribution_waiting'), 'without an owner {{service}}'],
      ),
      graph('Nodes', 'short', [sum('heliograph_pubsub_nodes'), 'nodes']),
      graph(
        'Published, told',
        'ops',
        [rate('heliograph_pubsub_published_total'), 'items'],
        [rate('heliograph_pubsub_notified_total'), 'addresses told'],
      ),
      graph('Requests that wait', 'short', [sum('heliograph_pubsub_waiting'), 'nodes']),
      // Each instance tells what all of them have.
      graph('Events that wait', 'short', ['max by (delivery) (heliograph_events_waiting{$of})', '{{delivery}}']),
      graph(
        'Events',
        'ops',
        [rate('heliograph_events_delivered_total', 'delivery'), 'taken: {{delivery}}'],
        [rate('heliograph_events_attempts_failed_total', 'delivery'), 'failed: {{delivery}}'],
        [rate('heliograph_events_dead_total', 'delivery'), 'given up: {{delivery}}'],
        [rate('heliograph_events_published_total'), 'published'],
        [rate('heliograph_events_refused_total'), 'not published'],
      ),
    ],
  },
  {
    name: 'federation',
    title: 'Heliograph / Other servers and components',
    graphs: [
      graph('Streams', 'short', [sum('heliograph_s2s_open_streams'), 'open']),
      graph(
        'Stanzas',
        'ops',
        [rate('heliograph_s2s_stanzas_sent_total'), 'sent'],
        [rate('heliograph_s2s_stanzas_received_total'), 'received'],
      ),
      graph(
        'Waits',
        'short',
        [sum('heliograph_s2s_waiting'), 'stanzas'],
        [sum('heliograph_s2s_queued'), 'of them stored'],
      ),
      graph(
        'Failed',
        'ops',
        [rate('heliograph_s2s_failed_total'), 'streams'],
        [rate('heliograph_s2s_bounced_total'), 'stanzas'],
        [rate('heliograph_s2s_queue_expired_total'), 'stanzas not brought in time'],
      ),
      graph('Stored for later', 'ops', [rate('heliograph_s2s_queue_stored_total'), 'stanzas']),
      graph(
        'Components',
        'short',
        [sum('heliograph_component_streams'), 'streams'],
        [sum('heliograph_component_waiting_stanzas'), 'stanzas that wait'],
      ),
      graph(
        'Stanzas of components',
        'ops',
        [rate('heliograph_component_stanzas_total', 'direction'), '{{direction}}'],
        [rate('heliograph_component_bounced_total', 'reason'), 'bounced: {{reason}}'],
      ),
    ],
  },
  {
    name: 'stores',
    title: 'Heliograph / NATS, Redis, Postgres',
    graphs: [
      graph(
        'Waits for Postgres',
        'short',
        [sum('heliograph_session_archive_queued'), 'messages'],
        [sum('heliograph_muc_archive_waiting'), 'messages of rooms'],
      ),
      graph(
        'Connections to Postgres',
        'short',
        [sum('heliograph_database_busy'), 'busy {{service}}'],
        [sum('heliograph_database_waiting'), 'callers that wait {{service}}'],
      ),
      graph('Commands that wait for Redis', 'short', [sum('heliograph_live_state_commands'), '{{service}}']),
      graph(
        'Recovery copies that wait',
        'short',
        [sum('heliograph_session_records_waiting'), 'sessions'],
        [sum('heliograph_muc_records_waiting'), 'rooms'],
      ),
      graph('Heartbeats that failed', 'ops', [rate('heliograph_ownership_heartbeats_failed_total'), '{{service}}']),
      graph('Queued for NATS', 'bytes', [sum('heliograph_bus_backlog_bytes'), '{{service}}']),
      graph('Bytes over NATS', 'Bps', [rate('heliograph_bus_bytes_total'), '{{service}}']),
      graph('Calls under way', 'short', [sum('heliograph_rpc_calls_under_way'), '{{service}}']),
    ],
  },
]
