from dataclasses import dataclass, field
import numpy as np

tau = 'the script\'s own'


class Params:
    """Parameters of a model."""
    tau = 10
    g = tau*2
    names = ['a', 'b']


print(Params.tau, Params.g, len(Params.names))
Params.tau = 5
p = Params()
p.g = 7
print(p.tau, p.g, Params.g, tau == 'the script\'s own')


class Cell(object):
    count = 0

    def __init__(self, v, w=2.0, *rest, scale=1):
        self.v = v
        self.w = w*scale
        self.rest = len(rest)
        Cell.count += 1

    def total(self, more=0):
        # a name of the class is no variable of its methods
        return self.v + self.w + more + self.offset() + len(tau)*0

    @staticmethod
    def offset():
        return 100

    @classmethod
    def made(cls, v):
        return cls(v, 1.0)

    @property
    def doubled(self):
        return 2*self.v

    def __str__(self):
        return f'Cell({self.v})'

    def __call__(self, x):
        return x*self.v


class Fast(Cell):
    def __init__(self, v, speed):
        super().__init__(v, scale=3)
        self.speed = speed

    def total(self, more=0):
        return super().total(more) + self.speed

    @staticmethod
    def offset():
        return 1000


c = Cell(1)
f = Fast(2, speed=0.5)
print(c.total(), c.total(more=1), f.total(1), Cell.count, Fast.made is None)
print(c, str(f), c.doubled, f.doubled, c(4), c.rest, Cell(1, 2, 3, 4).rest)
print(isinstance(f, Cell), isinstance(c, Fast), isinstance(c, (int, Cell)), isinstance(3, Cell), Cell.made(9).v)
c.v += 10
c.extra = 'x'
print(c.v, c.extra, hasattr(c, 'extra'), hasattr(c, 'nothing'), getattr(f, 'speed'), getattr(f, 'none', 3))
setattr(c, 'v', 3)
print(c.v, len(vars(c)))
m = c.total
print(m(2), Cell.total(c))


@dataclass
class Net:
    n: int
    rate: float = 2.5
    weights: list = field(default_factory=list)

    def area(self):
        return self.n*self.rate


@dataclass
class Deep(Net):
    layers: int = 3


a, b = Net(3), Net(4, weights=[1])
a.weights.append(5)
print(a.area(), b.area(), a.weights, b.weights, Net(1).weights)
print(a, Deep(1, layers=2))


def build(n):
    class Local:
        size = n

        def get(self):
            return self.size + n
    return Local()


print(build(3).get(), build(4).get())


class Empty: pass


e = Empty()
e.x = 1
print(e.x)
try:
    e.y
except AttributeError:
    print('no y')
items = [Cell(k) for k in range(3)]
print(sum([i.v for i in items]), max(items, key=lambda i: i.v).v)
