"""Takes Alertmanager's notifications and posts them to group robots of DingTalk, Feishu, Lark and
WeCom. It knows no detector and no stream: what it shows is in the notification."""
