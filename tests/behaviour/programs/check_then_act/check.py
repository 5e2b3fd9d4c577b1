"""Two customers must not get the one seat, even if both ask before either has taken it.

The limit is compared by an object that waits until both threads have compared, so the bad order of
events happens in every run. Behind a lock the second thread cannot compare meanwhile: the first one
stops waiting after a moment and takes the seat.
"""

import threading

import program


class SlowLimit(int):
    both_compared = threading.Barrier(2)

    def __gt__(self, taken):
        allowed = int(self) > taken
        try:
            self.both_compared.wait(timeout=1)
        except threading.BrokenBarrierError:
            pass
        return allowed


program.LIMIT = SlowLimit(1)
answers = program.serve(2)
assert program.taken == 1, f"{program.taken} customers got one seat"
assert sorted(answers) == [False, True], answers
print("works")
