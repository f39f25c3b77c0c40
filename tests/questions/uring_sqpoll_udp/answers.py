# SPDX-License-Identifier: GPL-2.0-only
A = [
    ("multiplexed, also async",
     "V['model']=='multiplexed' and 'async' in V['also']"),
    ("a finding says that the submission thread burns a CPU",
     "any('iou-sqp' in f['message'] or 'SQPOLL' in f['message'] for f in F('sqpoll-spin|busy-poll'))"),
    ("its running time is in the text",
     "any(t['comm'].startswith('iou-sqp') and t['time']['running_ns']+t['time']['runqueue_ns']>.9*t['time']['wall_ns'] for t in P['threads']) and has('iou-sqp')"),
]
