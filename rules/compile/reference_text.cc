#include "rules/compile/reference_text.h"

#include <cstdint>

namespace sluice::compile {
namespace {

constexpr char kEnglish[] =
    "Dear colleagues, please find attached the minutes of our meeting of 12 March 2024 and the draft of the annual report. The "
    "internal review is due on Friday; kindly send your comments to the secretary before noon. The order number is 4500019283, the "
    "invoice for 1,250.00 EUR was paid on 2024-02-28 and the phone number of the office is +49 30 1234567. As agreed, the project "
    "schedule has moved by two weeks: testing starts on 15.04.2024 and the release is planned for the second quarter. The password "
    "policy has changed, so everyone must set a new password of at least twelve characters; do not share it with anyone. There is "
    "no secret to good documentation: write short sentences, give examples, and keep it up to date. All staff are reminded that "
    "customer data is confidential and must be handled according to the policy. The restricted area on the third floor is closed "
    "for maintenance until further notice. For official use of the vehicles please contact the front desk. The server at 10.0.0.15 "
    "answered with HTTP/1.1 200 OK in 35 ms; see https://www.example.org/status?id=20240312 for the current state. Total: 36 items, "
    "12 of them new. The top team wins the internal prize. Best regards, the project office\n";

constexpr char kChinese[] =
    "各位同事：附件是三月十二日会议的纪要和年度报告草稿，请于周五中午前将意见反馈给秘书处。订单编号4500019283，发票金额1250.00元，已于2024年2月28日付清，"
    "办公室电话010-12345678。按照约定，项目进度推迟两周：4月15日开始测试，第二季度发布。计算机密码规则已经调整，请大家设置至少十二位的新密码，不要与他人共享；"
    "随机密钥由系统生成，飞机密封件的检验报告另行发送。成功的秘密在于坚持，公司内部培训每月一次，境内部分的数据不得外传。神秘密码盒活动将在年会上举行，"
    "拒绝密码登录的账户请联系管理员。部门经理负责内部资料的归档，保密协议由人力资源部统一保管。服务器10.0.0.15响应正常，详见状态页面。五星★★★★★好评，共36项，其中新增12项。"
    "商业秘密保护培训安排如下：第一讲，什么是秘密；第二讲，如何管理文件。谢谢大家的配合，祝工作顺利。\n";

// Numerical Recipes' quick generator: any fixed sequence would do.
class Random {
 public:
  uint8_t Byte() {
    state_ = state_ * 1664525u + 1013904223u;
    return static_cast<uint8_t>(state_ >> 24);
  }

 private:
  uint32_t state_ = 20240312;
};

constexpr size_t kNoiseBytes = size_t{256} << 10;

std::string RandomBytes() {
  Random random;
  std::string bytes;
  for (size_t i = 0; i < kNoiseBytes; ++i) bytes += static_cast<char>(random.Byte());
  return bytes;
}

std::string Base64Text() {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  Random random;
  std::string text;
  for (size_t i = 0; i < kNoiseBytes; ++i) {
    text += kAlphabet[random.Byte() & 63];
    if (i % 76 == 75) text += "\r\n";
  }
  return text;
}

}  // namespace

std::vector<ReferenceText> ReferenceProse() { return {{"English business text", kEnglish}, {"Chinese business text", kChinese}}; }

std::vector<ReferenceText> ReferenceTexts() {
  std::vector<ReferenceText> texts = ReferenceProse();
  texts.push_back({"base64", Base64Text()});
  texts.push_back({"random bytes", RandomBytes()});
  return texts;
}

}  // namespace sluice::compile
