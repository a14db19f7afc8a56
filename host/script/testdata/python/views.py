# What is a view in numpy, what a copy, and what changes in place: python3 views.py > views.txt, with numpy 1.24.
import copy
import numpy as np


def p(*xs):
    print(*[np.array(x).tolist() for x in xs])


def case0():
    a=np.zeros(3)
    b=a
    b+=1
    p(a,b)

print(0, end=' ')
case0()

def case1():
    a=np.zeros(3)
    b=a
    b-=1
    b*=2
    b/=4
    p(a,b)

print(1, end=' ')
case1()

def case2():
    a=np.arange(6.)
    b=a[2:5]
    b[:]=0
    p(a)

print(2, end=' ')
case2()

def case3():
    a=np.arange(6.)
    b=a[2:5]
    b+=10
    p(a,b)

print(3, end=' ')
case3()

def case4():
    a=np.arange(6.)
    b=a[::2]
    b+=10
    p(a,b)

print(4, end=' ')
case4()

def case5():
    a=np.arange(6.)
    b=a[::2]
    a+=1
    p(a,b)

print(5, end=' ')
case5()

def case6():
    a=np.arange(6.)
    b=a[::-1]
    b[0]=99
    p(a,b)

print(6, end=' ')
case6()

def case7():
    a=np.arange(6.)
    b=a[1::2]
    b[1]=7
    a[5]=8
    p(a,b)

print(7, end=' ')
case7()

def case8():
    a=np.arange(6.).reshape(2,3)
    b=a.T
    b[0,1]=50
    p(a,b)

print(8, end=' ')
case8()

def case9():
    a=np.arange(6.).reshape(2,3)
    b=a.T
    a[0,1]=50
    p(a,b)

print(9, end=' ')
case9()

def case10():
    a=np.arange(6.).reshape(2,3)
    b=a.T
    b+=1
    p(a,b)

print(10, end=' ')
case10()

def case11():
    a=np.arange(6.)
    b=a.reshape(2,3)
    b[0,0]=9
    p(a,b)

print(11, end=' ')
case11()

def case12():
    a=np.arange(6.)
    b=np.reshape(a,(3,2))
    b*=2
    p(a,b)

print(12, end=' ')
case12()

def case13():
    a=np.arange(6.).reshape(2,3)
    b=a.ravel()
    b[0]=5
    p(a,b)

print(13, end=' ')
case13()

def case14():
    a=np.arange(6.).reshape(2,3)
    b=np.ravel(a)
    b[0]=5
    p(a,b)

print(14, end=' ')
case14()

def case15():
    a=np.arange(6.).reshape(2,3)
    b=a.flatten()
    b[0]=5
    p(a,b)

print(15, end=' ')
case15()

def case16():
    a=np.arange(6.).reshape(2,3).T
    b=a.ravel()
    b[0]=5
    p(a,b)

print(16, end=' ')
case16()

def case17():
    m=np.zeros((3,2))
    for row in m:
        row += 1
    p(m)

print(17, end=' ')
case17()

def case18():
    m=np.zeros((3,2))
    for k,row in enumerate(m):
        row[:] = k
    p(m)

print(18, end=' ')
case18()

def case19():
    m=np.zeros((3,2))
    for row in m.T:
        row += 1
    p(m)

print(19, end=' ')
case19()

def case20():
    def f(x):
        x += 1
    a=np.zeros(3)
    f(a)
    p(a)

print(20, end=' ')
case20()

def case21():
    def f(x):
        x[0] = 7
    a=np.zeros(3)
    f(a[1:])
    p(a)

print(21, end=' ')
case21()

def case22():
    def f(x):
        x = x + 1
        return x
    a=np.zeros(3)
    b=f(a)
    p(a,b)

print(22, end=' ')
case22()

def case23():
    x=np.arange(5.)
    x[x>2]+=1
    p(x)

print(23, end=' ')
case23()

def case24():
    x=np.arange(5.)
    y=x
    x[x>2]=0
    p(y)

print(24, end=' ')
case24()

def case25():
    x=np.arange(5.)
    y=x[x>2]
    y+=1
    p(x,y)

print(25, end=' ')
case25()

def case26():
    x=np.arange(5.)
    y=x[[0,1]]
    y+=1
    p(x,y)

print(26, end=' ')
case26()

def case27():
    x=np.arange(5.)
    x[[0,0,1]]+=1
    p(x)

print(27, end=' ')
case27()

def case28():
    a=np.array([1.,2.])
    b=np.array([3.,4.])
    np.add(a,b,out=a)
    p(a)

print(28, end=' ')
case28()

def case29():
    a=np.array([1.,2.])
    b=a
    np.multiply(a,2,out=a)
    p(b)

print(29, end=' ')
case29()

def case30():
    a=np.array([3.,1.,2.])
    b=a
    a.sort()
    p(b)

print(30, end=' ')
case30()

def case31():
    a=np.array([3.,1.,2.])
    b=np.sort(a)
    b[0]=9
    p(a,b)

print(31, end=' ')
case31()

def case32():
    a=np.zeros(3)
    b=a
    np.copyto(a,[1,2,3])
    p(b)

print(32, end=' ')
case32()

def case33():
    a=np.zeros(3)
    b=a
    a.fill(2)
    p(b)

print(33, end=' ')
case33()

def case34():
    a=np.zeros((2,2))
    a[0].fill(2)
    p(a)

print(34, end=' ')
case34()

def case35():
    a=np.zeros((2,2))
    a[:,1].fill(2)
    p(a)

print(35, end=' ')
case35()

def case36():
    class A:
        def __init__(self,w):
            self.w = w
        def step(self):
            self.w += 1
    w=np.zeros(3)
    o=A(w)
    o.step()
    o.step()
    p(w,o.w)

print(36, end=' ')
case36()

def case37():
    l=[np.zeros(2),np.zeros(2)]
    a=l[0]
    l[0]+=1
    p(a,l[0],l[1])

print(37, end=' ')
case37()

def case38():
    d={'a':np.zeros(2)}
    a=d['a']
    d['a']+=1
    p(a,d['a'])

print(38, end=' ')
case38()

def case39():
    t=(np.zeros(2),1)
    a,b=t
    a+=1
    p(t[0])

print(39, end=' ')
case39()

def case41():
    l=[1]
    l2=l
    l2+=[2]
    print(l,l2)

print(41, end=' ')
case41()

def case42():
    l=[1]
    l2=l
    l2=l2+[2]
    print(l,l2)

print(42, end=' ')
case42()

def case43():
    l=[1,2]
    l2=l
    l2*=2
    print(l,l2)

print(43, end=' ')
case43()

def case44():
    l=[1]
    l+=(2,3)
    print(l)

print(44, end=' ')
case44()

def case45():
    l=[1]
    l+=range(3)
    print(l)

print(45, end=' ')
case45()

def case46():
    l=[1]
    l+=l
    print(l)

print(46, end=' ')
case46()

def case47():
    l=[1]
    l+=np.array([2,3])
    print(len(l))

print(47, end=' ')
case47()

def case48():
    s={1}
    s2=s
    s2|={2}
    print(sorted(s))

print(48, end=' ')
case48()

def case49():
    s={1,2}
    s2=s
    s2-={2}
    print(sorted(s))

print(49, end=' ')
case49()

def case50():
    s={1,2}
    s2=s
    s2&={2}
    print(sorted(s))

print(50, end=' ')
case50()

def case54():
    a=np.arange(3)
    a//=2
    p(a)

print(54, end=' ')
case54()

def case55():
    a=np.arange(3)
    a*=2
    b=a
    p(b)

print(55, end=' ')
case55()

def case56():
    a=np.arange(3.)
    a//=2
    p(a)

print(56, end=' ')
case56()

def case57():
    a=np.arange(5.)
    a%=2
    p(a)

print(57, end=' ')
case57()

def case58():
    a=np.arange(5)
    b=a
    a**=2
    p(b)

print(58, end=' ')
case58()

def case59():
    a=np.arange(5.)
    b=a[1:3]
    b**=2
    p(a)

print(59, end=' ')
case59()

def case61():
    a=np.zeros((2,3))
    b=a
    a+=np.arange(3)
    p(b)

print(61, end=' ')
case61()

def case64():
    a=np.array([True,False])
    b=a
    a&=np.array([True,True])
    p(b)

print(64, end=' ')
case64()

def case65():
    a=np.array([True,False])
    b=a
    a|=True
    p(b)

print(65, end=' ')
case65()

def case67():
    a=np.array([True,False])
    a+=np.array([False,True])
    p(a)

print(67, end=' ')
case67()

def case68():
    a=np.array([True,False])
    a^=True
    p(a)

print(68, end=' ')
case68()

def case69():
    a=np.array([True,True])+np.array([True,False])
    p(a)

print(69, end=' ')
case69()

def case70():
    a=np.array([True,True])*np.array([True,False])
    p(a)

print(70, end=' ')
case70()

def case72():
    a=np.zeros(3,dtype=int)
    a[0]=2.7
    p(a)

print(72, end=' ')
case72()

def case73():
    a=np.zeros(3,dtype=int)
    a[:]=[1.5,-2.5,3]
    p(a)

print(73, end=' ')
case73()

def case74():
    a=np.zeros(3,dtype=bool)
    a[0]=2
    p(a)

print(74, end=' ')
case74()

def case76():
    a=np.arange(6.)
    a[1:]+=a[:-1]
    p(a)

print(76, end=' ')
case76()

def case77():
    a=np.arange(6.)
    a+=a[::-1]
    p(a)

print(77, end=' ')
case77()

def case78():
    a=np.arange(6.)
    a[:-1]=a[1:]
    p(a)

print(78, end=' ')
case78()

def case79():
    a=np.arange(6.)
    a[1:]=a[:-1]
    p(a)

print(79, end=' ')
case79()

def case80():
    a=np.arange(6.)
    a[::2]=a[1::2]
    p(a)

print(80, end=' ')
case80()

def case81():
    m=np.arange(9.).reshape(3,3)
    m+=m.T
    p(m)

print(81, end=' ')
case81()

def case82():
    m=np.arange(9.).reshape(3,3)
    m[0]+=1
    p(m)

print(82, end=' ')
case82()

def case83():
    m=np.arange(9.).reshape(3,3)
    m[:,0]+=1
    p(m)

print(83, end=' ')
case83()

def case84():
    m=np.arange(9.).reshape(3,3)
    m[1:,1:]*=0
    p(m)

print(84, end=' ')
case84()

def case85():
    m=np.arange(9.).reshape(3,3)
    c=m[:,1]
    c[:]=0
    p(m,c)

print(85, end=' ')
case85()

def case86():
    m=np.arange(9.).reshape(3,3)
    c=m[:,1]
    m[1]=0
    p(m,c)

print(86, end=' ')
case86()

def case87():
    m=np.arange(9.).reshape(3,3)
    c=m[1]
    c+=1
    m*=2
    p(m,c)

print(87, end=' ')
case87()

def case88():
    m=np.arange(9.).reshape(3,3)
    c=m[:,1][::2]
    c+=100
    p(m,c)

print(88, end=' ')
case88()

def case89():
    m=np.arange(9.).reshape(3,3)
    m.T[0]=0
    p(m)

print(89, end=' ')
case89()

def case90():
    m=np.arange(9.).reshape(3,3)
    m[0][1]=5
    p(m)

print(90, end=' ')
case90()

def case91():
    m=np.arange(9.).reshape(3,3)
    m[-1]+=5
    p(m)

print(91, end=' ')
case91()

def case92():
    m=np.arange(9.).reshape(3,3)
    m[m>4]-=4
    p(m)

print(92, end=' ')
case92()

def case93():
    m=np.arange(9.).reshape(3,3)
    v=m[:,None,0]
    v+=1
    p(m)

print(93, end=' ')
case93()

def case94():
    m=np.arange(9.).reshape(3,3)
    np.fill_diagonal(m,0)
    p(m)

print(94, end=' ')
case94()

def case95():
    m=np.arange(9.).reshape(3,3)
    np.fill_diagonal(m[::-1],0)
    p(m)

print(95, end=' ')
case95()

def case96():
    m=np.arange(9.).reshape(3,3)
    v=np.squeeze(m[0:1])
    v+=1
    p(m)

print(96, end=' ')
case96()

def case97():
    m=np.arange(9.).reshape(3,3)
    v=np.fliplr(m)
    v[:,0]=0
    p(m)

print(97, end=' ')
case97()

def case98():
    m=np.arange(9.).reshape(3,3)
    v=m.transpose()
    v[0]=0
    p(m)

print(98, end=' ')
case98()

def case99():
    m=np.arange(9.).reshape(3,3)
    v=np.transpose(m)
    v[0]=0
    p(m)

print(99, end=' ')
case99()

def case100():
    m=np.arange(9.).reshape(3,3)
    a,b=np.split(m[:2],2)
    a+=1
    p(m)

print(100, end=' ')
case100()

def case101():
    m=np.arange(8.).reshape(2,2,2)
    v=m[:,0,:]
    v+=1
    p(m)

print(101, end=' ')
case101()

def case103():
    m=np.arange(8.).reshape(2,2,2)
    v=m.T
    v[0,0,1]=70
    p(m)

print(103, end=' ')
case103()

def case104():
    m=np.arange(8.).reshape(2,2,2)
    v=np.moveaxis(m,0,2)
    v[0,0,1]=70
    p(m)

print(104, end=' ')
case104()

def case105():
    m=np.zeros((2,3))
    r0,r1=m
    r0+=1
    p(m)

print(105, end=' ')
case105()

def case106():
    m=np.zeros((2,3))
    rows=[r for r in m]
    rows[1]+=1
    p(m)

print(106, end=' ')
case106()

def case107():
    m=np.zeros((2,3))
    rows=list(m)
    rows[1][0]=1
    p(m)

print(107, end=' ')
case107()

def case108():
    m=np.zeros((2,3))
    l=m.tolist()
    l[0][0]=1
    p(m)

print(108, end=' ')
case108()

def case109():
    a=np.zeros(3)
    b=a.copy()
    b+=1
    p(a)

print(109, end=' ')
case109()

def case110():
    a=np.zeros(3)
    b=np.copy(a)
    b+=1
    p(a)

print(110, end=' ')
case110()

def case111():
    a=np.zeros(3)
    b=np.array(a)
    b+=1
    p(a)

print(111, end=' ')
case111()

def case112():
    a=np.zeros(3)
    b=np.asarray(a)
    b+=1
    p(a)

print(112, end=' ')
case112()

def case113():
    a=np.zeros(3)
    b=a.astype(float)
    b+=1
    p(a)

print(113, end=' ')
case113()

def case114():
    a=np.zeros(3)
    b=+a
    b+=1
    p(a)

print(114, end=' ')
case114()

def case115():
    a=np.zeros(3)
    b=np.abs(a)
    b+=1
    p(a)

print(115, end=' ')
case115()

def case116():
    a=np.zeros(3)
    b=np.zeros_like(a)
    b+=1
    p(a)

print(116, end=' ')
case116()

def case117():
    a=np.zeros(3)
    b=np.concatenate([a])
    b+=1
    p(a)

print(117, end=' ')
case117()

def case118():
    a=np.zeros(3)
    b=np.atleast_2d(a)
    b+=1
    p(a)

print(118, end=' ')
case118()

def case119():
    a=np.zeros(3)
    b=np.expand_dims(a,0)
    b+=1
    p(a)

print(119, end=' ')
case119()

def case120():
    a=np.zeros(3)
    b=np.clip(a,0,1)
    b+=1
    p(a)

print(120, end=' ')
case120()

def case121():
    a=np.zeros(3)
    b=np.round(a)
    b+=1
    p(a)

print(121, end=' ')
case121()

def case122():
    a=np.zeros(3)
    b=np.where(a<1,a,a)
    b+=1
    p(a)

print(122, end=' ')
case122()

def case123():
    a=np.zeros(3)
    b=a if True else None
    b+=1
    p(a)

print(123, end=' ')
case123()

def case125():
    a=np.zeros(3)
    b=c=a
    c+=1
    p(a,b)

print(125, end=' ')
case125()

def case126():
    a=np.zeros(3)
    l=[a]*3
    l[0]+=1
    p(l[2])

print(126, end=' ')
case126()

def case127():
    a=np.zeros(3)
    l=[a]
    m=copy.deepcopy(l)
    m[0]+=1
    p(a)

print(127, end=' ')
case127()

def case128():
    a=np.zeros(3)
    l=[a]
    m=copy.copy(l)
    m[0]+=1
    p(a)

print(128, end=' ')
case128()

def case129():
    a=np.zeros(3)
    l=list([a])
    l[0]+=1
    p(a)

print(129, end=' ')
case129()

def case131():
    a=np.arange(3.)
    for x in a:
        a += 1
    p(a)

print(131, end=' ')
case131()

def case132():
    a=np.arange(3.)
    for i,x in enumerate(a):
        a[i] = 2*x
    p(a)

print(132, end=' ')
case132()

def case134():
    a=np.arange(3.)
    def g():
        a[0] += 5
    g()
    p(a)

print(134, end=' ')
case134()

def case135():
    def h():
        a=np.zeros(2)
        def g():
            nonlocal a
            a += 1
        b=a
        g()
        return b
    p(h())

print(135, end=' ')
case135()

def case136():
    def f(x=[]):
        x += [1]
        return x
    f()
    print(f())

print(136, end=' ')
case136()

def case137():
    def f(*args):
        args[0][:] = 1
    a=np.zeros(2)
    f(a)
    p(a)

print(137, end=' ')
case137()

def case138():
    def f(**k):
        k['x'] += 1
    a=np.zeros(2)
    f(x=a)
    p(a)

print(138, end=' ')
case138()

def case139():
    class A:
        w = np.zeros(2)
    a=A()
    b=A()
    a.w += 1
    p(A.w, b.w)

print(139, end=' ')
case139()

def case140():
    class A:
        w = []
    a=A()
    b=A()
    a.w += [1]
    print(A.w, b.w)

print(140, end=' ')
case140()

def case141():
    a=np.arange(4.)
    a[1:3]=a[1:3][::-1]
    p(a)

print(141, end=' ')
case141()

def case142():
    a=np.arange(4.)
    a[[0,3]]=a[[3,0]]
    p(a)

print(142, end=' ')
case142()

def case143():
    a=np.arange(4.)
    a[0],a[1]=a[1],a[0]
    p(a)

print(143, end=' ')
case143()

def case144():
    m=np.arange(4.).reshape(2,2)
    m[0],m[1]=m[1],m[0]
    p(m)

print(144, end=' ')
case144()

def case145():
    m=np.arange(4.).reshape(2,2)
    m[0],m[1]=m[1].copy(),m[0].copy()
    p(m)

print(145, end=' ')
case145()

def case146():
    a=np.arange(4.)
    b=a[:2]
    a=a+1
    b+=1
    p(a,b)

print(146, end=' ')
case146()

def case147():
    a=np.arange(4.)
    b=a[:]
    b+=1
    p(a)

print(147, end=' ')
case147()

def case148():
    a=np.arange(4.)
    b=a[:0]
    b+=1
    p(a)

print(148, end=' ')
case148()

def case149():
    a=np.arange(4.)
    a+=[1,2,3,4]
    p(a)

print(149, end=' ')
case149()

def case150():
    a=np.arange(4.)
    a+=(1,2,3,4)
    p(a)

print(150, end=' ')
case150()

def case151():
    a=[1,2]
    a+=np.array([1,2])
    p(a)

print(151, end=' ')
case151()

def case152():
    x=1.5
    x+=np.ones(2)
    y=x
    y+=1
    p(x)

print(152, end=' ')
case152()

def case153():
    x=3
    y=x
    y+=1
    print(x,y)

print(153, end=' ')
case153()

def case154():
    s='a'
    s+='b'
    print(s)

print(154, end=' ')
case154()

def case155():
    t=(1,)
    t+=(2,)
    print(t)

print(155, end=' ')
case155()

def case158():
    a=np.zeros(4)
    b=a.view()
    b+=1
    p(a)

print(158, end=' ')
case158()

def case159():
    a=np.zeros(4)
    b=a.reshape(-1,2).T.ravel()
    b+=1
    p(a)

print(159, end=' ')
case159()

def case160():
    a=np.zeros((2,2))
    a[:]=3
    b=a.real
    b+=1
    p(a)

print(160, end=' ')
case160()

def case161():
    a=np.zeros((2,2))
    a.flat[1]=3
    p(a)

print(161, end=' ')
case161()

def case162():
    a=np.arange(4.)
    np.exp(a[:2],out=a[:2])
    p(np.round(a,3))

print(162, end=' ')
case162()

def case163():
    a=np.arange(4.)
    np.clip(a,1,2,out=a)
    p(a)

print(163, end=' ')
case163()

def case164():
    a=np.arange(4.)
    b=np.maximum(a,2,out=a)
    p(a)

print(164, end=' ')
case164()

def case165():
    a=np.arange(4.)
    np.put(a,[0],[9])
    p(a)

print(165, end=' ')
case165()

def case169():
    a=np.arange(4.)
    b=a
    del a
    b+=1
    p(b)

print(169, end=' ')
case169()

def case170():
    a=np.arange(10.)
    w=a[2:8]
    w=w[1:4]
    w[0]=77
    p(a)

print(170, end=' ')
case170()

def case171():
    a=np.arange(12.).reshape(3,4)
    w=a[1:,::2]
    w[0,1]=77
    w=w.T
    w+=1
    p(a)

print(171, end=' ')
case171()

def case172():
    a=np.arange(12.).reshape(3,4)
    w=a[:,1:3]
    w[w>5]=0
    p(a)

print(172, end=' ')
case172()

def case173():
    a=np.arange(12.).reshape(3,4)
    w=a[:,1:3]
    w[[0,2]]=-1
    p(a)

print(173, end=' ')
case173()

def case174():
    a=np.arange(12.).reshape(3,4)
    w=a[:,1:3]
    w.sort()
    w[::-1]=w
    p(a)

print(174, end=' ')
case174()

def case175():
    a=np.array([[3.,1.],[2.,0.]])
    a.sort()
    p(a)

print(175, end=' ')
case175()

def case176():
    a=np.array([[3.,1.],[2.,0.]])
    a.sort(axis=0)
    p(a)

print(176, end=' ')
case176()

def case177():
    a=np.array([3.,1.,2.])
    a[::-1].sort()
    p(a)

print(177, end=' ')
case177()

def case178():
    a=np.arange(3)
    b=a.T
    b+=1
    p(a)

print(178, end=' ')
case178()

def case179():
    h=np.histogram([1,2,2],bins=2)[0]
    h+=1
    p(h)

print(179, end=' ')
case179()

def case180():
    a=np.random.rand(3)*0
    b=a
    b+=1
    p(a)

print(180, end=' ')
case180()

def case181():
    a=np.ones(3)*2
    a[1]**=3
    p(a)

print(181, end=' ')
case181()

def case182():
    a=np.zeros(3)
    a[1]+=2
    a[1]-=.5
    p(a)

print(182, end=' ')
case182()

def case183():
    q=np.ones((2,2))
    w=q
    w/=w.sum(axis=1)[:,None]
    p(q)

print(183, end=' ')
case183()

def case184():
    q=np.ones((2,2))
    w=q
    w/=w.sum(axis=0)
    p(q)

print(184, end=' ')
case184()

def case185():
    a=np.ones(3)
    b=a
    b+=b
    p(a)

print(185, end=' ')
case185()

def case186():
    a=np.ones(3)
    a*=a[0]+1
    p(a)

print(186, end=' ')
case186()

def case187():
    a=np.array([2.,4.])
    a/=a[0]
    p(a)

print(187, end=' ')
case187()

def case188():
    a=np.array([2.,4.])
    a/=a[:1]
    p(a)

print(188, end=' ')
case188()

def case189():
    a=np.array([2.,4.])
    a*=a[1:]
    p(a)

print(189, end=' ')
case189()


def g():
    global a
    a += 1

a = np.arange(3.)
b = a
g()
print('global', end=' ')
p(b)
