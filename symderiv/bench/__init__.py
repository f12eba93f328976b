"""Measuring the kernels: side by side with their peers, in time, memory and digits.

`plans` says what is measured, `worker` measures it in processes of their own, `judging` holds it against `goals`;
`report`, `pictures` and `page` show it. A new peer is one file under `peers` and one line in its table `PEERS`.
"""
