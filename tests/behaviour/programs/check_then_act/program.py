"""Gives out seats, from several threads at once."""

import threading

LIMIT = 1
taken = 0


def take_seat() -> bool:
    global taken
    if taken < LIMIT:
        taken += 1
        return True
    return False


def serve(customers: int) -> list:
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(take_seat()))
        for _ in range(customers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
