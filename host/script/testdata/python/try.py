import os
try:
    import nothing_like_this as nl
    HAVE = True
except ImportError:
    HAVE = False
    nl = None
print(HAVE, nl)
try: import numpy as np
except ImportError: np = None
print(np.sum([1, 2]))

try:
    d = {'a': 1}
    b = d['b']
except (KeyError, IndexError) as e:
    b = 'none'
    print(type(b) == type(''), b)
else:
    print('else')
finally:
    print('finally')
print(b)

def find(key, d):
    found = 0
    try:
        value = d[key]
        found += 1
        return value
    except KeyError:
        return found, None
    finally:
        print('looked for', key)

print(find('x', {'x': 3}), find('y', {'x': 3}))

def loop(values):
    total = 0
    for v in values:
        try:
            if v == 'stop':
                break
            if v == 'skip':
                continue
            total += 10 // v
        except ZeroDivisionError:
            total += 1000
        except TypeError:
            total = -1
            raise
        else:
            total += 1
    return total

print(loop([1, 2, 0, 'skip', 5, 'stop', 3]))
try:
    loop([1, None])
except Exception:
    print('reraised')

def nested(x):
    steps = []
    try:
        try:
            if x == 1:
                raise ValueError('one')
            elif x == 2:
                raise RuntimeError('two') from None
            steps.append('through')
        except ValueError as e:
            steps.append('inner ' + str(e))
            raise KeyError('from inner')
        finally:
            steps.append('inner finally')
    except (RuntimeError, KeyError) as err:
        steps.append('outer')
        print(f'{err}' != '')
    else:
        steps.append('outer else')
    return steps

for x in range(3):
    print(' / '.join(nested(x)))

def counter():
    n = 0
    def more(by=1):
        nonlocal n
        n += by
        return n
    return more

c, d = counter(), counter()
c(); c(5); d()
print(c(), d())

def outer():
    names = ['a']
    def inner():
        count = 0
        def step():
            nonlocal count, names
            count += 1
            names = names + [str(count)]
        for k in range(3):
            step()
        return count
    return inner(), ''.join(names)
print(*outer())

state = 0
def change():
    global state
    try:
        state = 1
        fail_here = [][1]
    except IndexError:
        state += 1
change()
print(state)
try:
    def f(x):
        return x + 1
    y = f(1)
except Exception:
    def f(x):
        return 0
print(f(5), y)
try:
    assert 1 > 2, 'no'
except AssertionError as e:
    print('assertion', e)
try:
    x = int('12a')
except ValueError:
    x = 0
print(x)
try:
    np.loadtxt('nowhere.txt')
except (IOError, OSError):
    print('no file')
try:
    (1).nothing
except AttributeError:
    print('no attribute')
for k in range(4):
    try:
        if k == 1: continue
        if k == 3: break
        print('k', k)
    finally:
        print('done', k)
values = [1, 2]
try:
    values[0] = 7
    values += [3]
except Exception as e:
    pass
print(values)
