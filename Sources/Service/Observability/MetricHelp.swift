/// What each metric tells, for the HELP lines of Prometheus' text format.
enum MetricHelp {
  static let texts = [
    "metalr_audit_failures_total": "Lines that could not be written to the audit log.",
    "metalr_build_info": "1, with the version of the program and of the rules that decide.",
    "metalr_certificate_end_timestamp_seconds":
      "When clients stop accepting the certificate, in seconds since 1970.",
    "metalr_commit_duration_seconds": "Time that a commit took, its sync included.",
    "metalr_commit_failures_total": "Commits that failed, with all of their requests.",
    "metalr_commits_total": "Commits, failed ones included.",
    "metalr_committed_requests_total": "Requests in commits, failed ones included.",
    "metalr_database_bytes": "Size of the database and of its log.",
    "metalr_decisions_total": "Decisions by verdict.",
    "metalr_event_streams": "Streams of events that are open.",
    "metalr_fallback_decisions_total": "Decisions that the fallback made.",
    "metalr_missing_changes": "Acknowledged changes that the database lacked at the start.",
    "metalr_open_connections": "Connections that are open.",
    "metalr_refused_connections_total": "Connections past a limit.",
    "metalr_request_duration_seconds": "Time until an answer began, by endpoint.",
    "metalr_requests_total": "Requests by endpoint and status.",
    "metalr_runs_total": "Changes of runs: opened, finished, abandoned, rewound, deleted.",
    "metalr_stored_runs": "Runs in the database by status.",
    "metalr_trainings": "Trainings of controllers in the database by status.",
    "metalr_waiting_requests": "Requests that wait for the writer of the database.",
    "process_cpu_seconds_total": "Processor time of the process.",
    "process_open_fds": "Files that the process has open.",
    "process_resident_memory_bytes": "Resident memory of the process.",
  ]
}
