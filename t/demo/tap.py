"""unittest for prove: a TAP line for each test, its sentence as the name.

    tap.py MODULE…      runs these test modules, which lie beside it
"""

import sys
import unittest

sys.dont_write_bytecode = True


class Result(unittest.TestResult):

    def startTest(self, test):
        super().startTest(test)
        self.parts = []

    def stopTest(self, test):
        # a test whose part failed gets neither addSuccess nor addFailure
        if self.parts:
            self._line(test, False, '\n'.join(self.parts))

        super().stopTest(test)

    def addSubTest(self, test, part, err):
        super().addSubTest(test, part, err)

        if err is not None:
            kept = self.failures + self.errors
            self.parts.append(next(text for who, text in reversed(kept)
                                   if who is part))

    def addSuccess(self, test):
        super().addSuccess(test)
        self._line(test, True)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.parts.append(self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)

        if isinstance(test, unittest.TestCase):
            self.parts.append(self.errors[-1][1])
        else:
            # a fixture that failed has run no test: number it all the same
            self.testsRun += 1
            self._line(test, False, self.errors[-1][1])

    def _line(self, test, good, detail=''):
        mark = 'ok' if good else 'not ok'
        name = test.shortDescription() or test.id()
        print(f'{mark} {self.testsRun} - {name}', flush=True)

        for line in detail.splitlines():
            print(f'# {line}', file=sys.stderr, flush=True)


def main(modules):
    suite = unittest.defaultTestLoader.loadTestsFromNames(modules)
    result = Result()
    suite.run(result)
    print(f'1..{result.testsRun}', flush=True)

    return 0 if result.wasSuccessful() and result.testsRun else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
