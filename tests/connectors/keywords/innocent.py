"""What honest people write. None of it may be a hit of the starters."""

INNOCENT = """
您好，发票已经开好，今天寄出，单号稍后发您
请把货款打到我司对公账户：上海示例贸易有限公司，工商银行浦东支行，账号 1001 2345 6789 0123
收款人写我司全称就可以，户名写我公司，不要写简称
温馨提示：请勿将货款转到个人账户，我司只有一个对公账户
我公司不会要求您把货款打到个人账户，如有此类情况请举报
切勿把任何款项转到私人账户，谨防受骗
凡是让您打到个人账户的都是骗子
让客户打到个人账户的一律开除
不要打到我卡上，打公司账上，财务好对账
别打到个人账户，公司查到要罚款的
千万别打我卡，走公司对公
不能打到我个人账户，公司有规定的
不过公司规定，超过十五个点的折扣要经理批
不过公司那边还在走流程，您再等等
工资这个月怎么还没打到我卡上，你们发了吗
报销的差旅费打到我卡上了，谢谢财务
退款什么时候能打到我卡上？我是消费者，都一周了
昨天的饭钱转我支付宝就行，哈哈，一人三十五
文件转我微信一份，我在外面看不了电脑
我打我微信电话你没接，方便的时候回一下
这个不走公司快递，客户自己叫顺丰
这件事不经过公司同意不能答应客户
海关打击走私单位上周来检查了
严禁飞单，违者开除，请各位同事知悉
今天下午两点培训：飞单行为的识别
飞单是违规的，千万别碰
我们坚决杜绝私下交易，所有订单走系统
禁止私下成交，禁止收受回扣
不得以任何形式索要回扣、好处费
我们公司没有回扣，价格都是透明的
拿回扣是违法的，你可别干傻事
今年的返点政策：经销商年度满一百万返两个点，年底抵货款
公司给渠道的返现活动月底截止
项目顺利上线，少不了你的支持，谢谢
这单几个人一起做，提成按系统分
别家的价格更便宜，你们能不能再降一点？
这已经是我们的底价了，再低就亏本了
客户名单发我一下，下午开会要用
客户资料我已经录进CRM了，你看下
麻烦把客户信息补全，电话和地址都要
把通讯录更新一下，新同事的分机加进去
张经理离职了，以后由我跟进您的项目，有事请联系我
上一任销售离职，客户已经分给我了
再加班我就辞职了哈哈
我要离职哈哈，开玩笑的，月底冲一冲
我要走了，晚上还要接孩子，明天聊
以后找我就行，我是您的新客户经理小陈，我的电话 13800000000
客服回访您的时候麻烦给个好评
聊天记录我截图发给你了，你看下价格那段
不要删聊天记录，后面对账要用
开票信息发我一下，税号和开户行都要
不开票的订单系统里过不去，必须先填税号
请点击这里查看物流，快递已到杭州中转站
二零二六年三月的对账单请查收，一共三十八笔
Hi Anna, the invoice INV-2026-118 is attached, payment within 30 days please.
Please do not pay to my personal account, only to the company account on the invoice.
We will never ask you to wire money to a personal account.
Don't send it to my card, finance needs to see it on the company account.
When will my refund be paid to my bank account?
My salary was paid into my bank account yesterday, all good.
Wireless headsets are back in stock, shall I add ten?
Here are the wire transfer details of Example Trading Ltd.
We do not pay kickbacks, and neither should you.
Anti-bribe training is on Friday at ten.
The anti-bribery and anti-kickback policy was updated.
What is your cut-off time for orders today?
Commission is shown on the price list, the dealer rebate is 2 percent.
Please send me the customer list for tomorrow's meeting.
I'm leaving the office now, talk tomorrow!
Anna is leaving the company, I take over your account.
My personal account on LinkedIn is open to everybody.
Their price is lower than yours, can you match it?
No under the table deals, please.
Side deals are forbidden, see the code of conduct.
Let's keep this between us until the press release is out.
The last day of the offer is Sunday.
There is no invoice for this sample, it is free.
She can follow me to the warehouse.
运费现金给我们财务就可以，会开收据
这个文件别转到公司群里，还没定稿
离职交接请把客户资料整理好，客户名单我自己整理
外卖客户名单已经录完，签收客户资料三份
CRM里重复的记录删了，只留最新一条
保价差价返给你，原路退回账户
降价了，差价给你退回去，三天到账
咱俩分工吧，你跟华东我跟华南
这页跳过公司简介，直接讲产品
报价单发到我个人邮箱吧，公司邮箱今天坏了
I can split the difference with you: 98 per unit.
Please share our quote with your manager, I sent them our price list as well.
This chat is recorded for quality.
I'm quitting smoking, wish me luck.
Could you send the brochure to my personal email?
I pass the lead to Anna, she covers your region.
Send me the deposit slip so that finance can book it.
""".strip().splitlines()
