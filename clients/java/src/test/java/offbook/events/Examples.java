// Rendered from the contract, do not edit: python -m contract.publishing.schemas
package offbook.events;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;

/** One event of each type, written as JSON to standard output, a line each. */
public final class Examples {
    private Examples() {
    }

    public static void main(String[] arguments) {
        List<Event> all = List.of(
            new Event("edit-90211", "//crm.example.com",
                OffsetDateTime.parse("2026-03-02T10:41:07+08:00"),
                CrmEdit.builder()
                    .actor("E-107")
                    .op(CrmEdit.Op.UPDATE)
                    .object(ObjectRef.builder()
                        .type(ObjectRef.Type.ORDER)
                        .id("SO-2026-0412")
                        .build())
                    .customer("C-2031")
                    .order("SO-2026-0412")
                    .count(1L)
                    .before(Image.builder()
                        .status(Image.Status.SUBMITTED)
                        .discountPct("5")
                        .build())
                    .after(Image.builder()
                        .owner("E-107")
                        .status(Image.Status.APPROVED)
                        .amount("128000.00")
                        .currency("CNY")
                        .discountPct("12.5")
                        .approvedBy("E-100")
                        .build())
                    .build()),
            new Event("bank-20260305-000718", "//bank-feed.example.com",
                OffsetDateTime.parse("2026-03-05T14:22:30+08:00"),
                Payment.builder()
                    .payment("P-000718")
                    .kind(Payment.Kind.RECEIVED)
                    .order("SO-2026-0412")
                    .customer("C-2031")
                    .amount("128000.00")
                    .currency("CNY")
                    .payeeAccount("6222020200112233445")
                    .payeeName("上海示例贸易有限公司")
                    .payerAccount("6217000010099887766")
                    .payerName("苏州样本机械有限公司")
                    .method("transfer")
                    .recordedBy("E-301")
                    .build()),
            new Event("wms-55120", "//wms.example.com",
                OffsetDateTime.parse("2026-03-06T08:05:00+08:00"),
                Shipment.builder()
                    .shipment("SH-55120")
                    .status(Shipment.Status.DISPATCHED)
                    .order("SO-2026-0412")
                    .customer("C-2031")
                    .address("江苏省苏州市工业园区示例路 88 号")
                    .consignee("王五")
                    .phone("+8613800000001")
                    .quantity("40")
                    .value("128000.00")
                    .releasedBy("E-401")
                    .build()),
            new Event("hit-7781", "//chat-archive.example.com",
                OffsetDateTime.parse("2026-03-06T21:17:44+08:00"),
                ChatHit.builder()
                    .employee("E-107")
                    .app("wecom")
                    .keyword("打到我卡上")
                    .category(ChatHit.Category.OFF_CHANNEL_PAYMENT)
                    .customer("C-2031")
                    .counterparty("wm-88213")
                    .excerpt("尾款你先打到我卡上，我帮你走，价格再低两个点")
                    .build()),
            new Event("hr-1204", "//hr.example.com",
                OffsetDateTime.parse("2026-03-09T09:00:00+08:00"),
                HrChange.builder()
                    .employee("E-107")
                    .kind(HrChange.Kind.RESIGNED)
                    .effectiveOn(LocalDate.parse("2026-04-08"))
                    .build()),
            new Event("dlp-330187", "//dlp.example.com",
                OffsetDateTime.parse("2026-03-09T18:52:10+08:00"),
                EndpointFile.builder()
                    .employee("E-107")
                    .action(EndpointFile.Action.DELETE)
                    .count(36L)
                    .bytes(48211034L)
                    .path("D:\\客户资料\\华东")
                    .backedUp(false)
                    .build()),
            new Event("cb-4410", "//service.example.com",
                OffsetDateTime.parse("2026-03-12T15:30:00+08:00"),
                ServiceCallback.builder()
                    .callback("CB-4410")
                    .customer("C-2031")
                    .order("SO-2026-0412")
                    .employee("E-107")
                    .outcome(ServiceCallback.Outcome.MISMATCH)
                    .differences(Map.of("amount", Difference.builder()
                        .company("128000.00")
                        .customer("141000.00")
                        .build()))
                    .satisfaction(2L)
                    .build()),
            new Event("tip-19", "//tips.example.com",
                OffsetDateTime.parse("2026-03-13T11:00:00+08:00"),
                Tip.builder()
                    .tip("T-19")
                    .aboutEmployee("E-107")
                    .aboutCustomer("C-2031")
                    .category("private_deal")
                    .text("他让客户把货款打到一个私人账户。")
                    .build()),
            new Event("account-6222020200112233445-1", "//finance.example.com",
                OffsetDateTime.parse("2026-01-01T00:00:00+08:00"),
                ReferenceAccount.builder()
                    .account("6222020200112233445")
                    .name("上海示例贸易有限公司")
                    .bank("示例银行上海分行")
                    .validFrom(LocalDate.parse("2019-05-01"))
                    .validTo(LocalDate.parse("2027-12-31"))
                    .build()),
            new Event("employee-E-107-3", "//hr.example.com",
                OffsetDateTime.parse("2026-01-01T00:00:00+08:00"),
                ReferenceEmployee.builder()
                    .employee("E-107")
                    .name("李四")
                    .team("华东一组")
                    .manager("E-100")
                    .role(ReferenceEmployee.Role.SALES)
                    .phones(List.of("+8613900000002"))
                    .accounts(List.of("6228480400012345678"))
                    .addresses(List.of("上海市浦东新区样本路 6 弄 2 号"))
                    .build()),
            new Event("customer-C-2031-1", "//crm.example.com",
                OffsetDateTime.parse("2026-01-01T00:00:00+08:00"),
                ReferenceCustomer.builder()
                    .customer("C-2031")
                    .owner("E-107")
                    .tier(ReferenceCustomer.Tier.KEY)
                    .phone("+8651200000003")
                    .address("江苏省苏州市工业园区示例路 88 号")
                    .build()),
            new Event("crm-complete-2026-03-02T10:45", "//crm.example.com",
                OffsetDateTime.parse("2026-03-02T10:45:00+08:00"),
                Heartbeat.builder()
                    .partition(3L)
                    .build()));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (Event event : all) {
            String key = event.data().key();
            out.println(Json.text(Map.of(
                    "topic", event.data().topic(),
                    "key", key == null ? "" : key,
                    "event", event.toMap())));
        }
    }
}
