"""The two models of docs/from-ciw-or-simmer.md in ciw 3.2.7, with the figures that are compared there.

    pip install ciw==3.2.7
    time python benches/peers/ciw_models.py patience
    time python benches/peers/ciw_models.py priorities
"""

import statistics
import sys

import ciw


def patience():
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(18)],
        service_distributions=[ciw.dists.Exponential(1)],
        reneging_time_distributions=[ciw.dists.Exponential(1 / 2)],
        number_of_servers=[20],
    )
    waits, reneged = [], []
    for seed in range(20):
        ciw.seed(seed)
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(600)
        records = [r for r in simulation.get_all_records() if r.arrival_date > 60]
        served = [r.waiting_time for r in records if r.record_type == "service"]
        waits.append(60 * statistics.mean(served))
        reneged.append(1 - len(served) / len(records))
    print("wait", statistics.mean(waits), "abandonment", statistics.mean(reneged))


def priorities():
    network = ciw.create_network(
        arrival_distributions={"gold": [ciw.dists.Exponential(1)], "others": [ciw.dists.Exponential(1.5)]},
        service_distributions={"gold": [ciw.dists.Exponential(1)], "others": [ciw.dists.Exponential(1)]},
        priority_classes={"gold": 0, "others": 1},
        number_of_servers=[3],
    )
    waits = {"gold": [], "others": []}
    for seed in range(20):
        ciw.seed(seed)
        simulation = ciw.Simulation(network)
        simulation.simulate_until_max_time(2400)
        records = [r for r in simulation.get_all_records() if r.arrival_date > 120]
        for name, means in waits.items():
            means.append(60 * statistics.mean(r.waiting_time for r in records if r.customer_class == name))
    for name, means in waits.items():
        print(name, statistics.mean(means))


{"patience": patience, "priorities": priorities}[sys.argv[1]]()
